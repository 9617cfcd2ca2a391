"""Lesson 00: wrong answers to its third exercise are caught and named; right ones written differently pass."""

import stylegan_tf as sg


def drawn(G, w):
    return G.synthesis(G.broadcast(w), noise="fixed")


# check -> [(a student's wrong answer, words of the sentence that names it)]
WRONG = {
    sg.checks.check_halfway: [
        (lambda G, a, b: (G(a, noise="fixed") + G(b, noise="fixed")) / 2, "double exposure"),
        (lambda G, a, b: G((a + b) / 2, noise="fixed"), "average the two z"),
        (lambda G, a, b: drawn(G, G.mapping(a) + G.mapping(b)), "half of their sum"),
        (lambda G, a, b: drawn(G, G.mapping(b) / 2 - G.mapping(a) / 2), "no place"),
        (lambda G, a, b: (G.mapping(a) + G.mapping(b)) / 2, "you return w"),
        (lambda G, a, b: drawn(G, G.mapping(a)), "off by"),
        (lambda G, a, b: drawn(G, (G.mapping(a) + G.mapping(b)) / 2)[0], "shape"),
    ],
}

RIGHT = [
    (sg.checks.check_halfway, lambda G, a, b: drawn(G, 0.5 * G.mapping(a) + 0.5 * G.mapping(b))),
    (sg.checks.check_halfway, lambda G, a, b: drawn(G, sg.latents.lerp(G.mapping(a), G.mapping(b), 0.5))),
    (
        sg.checks.check_halfway,
        lambda G, a, b: G.synthesis(
            (G.broadcast(G.mapping(a)) + G.broadcast(G.mapping(b))) / 2, noise="fixed"
        ),
    ),
]

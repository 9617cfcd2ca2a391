"""Lesson 17: wrong answers are caught and named; right answers written differently pass."""

import numpy as np
import tensorflow as tf

import stylegan_tf as sg
from stylegan_tf.checks import check_all_dials, check_demodulate, check_psnr


def dials(a, b, layers, pull, edit, pull_b=None):
    """Layer by layer: ``pull`` A's or (with ``pull_b``) B's style, then ``edit`` it."""
    chosen = [(pull_b or pull)(b[:, i]) if i in layers else pull(a[:, i]) for i in range(a.shape[1])]
    return np.stack([edit(w) for w in chosen], axis=1)


def towards(m, psi):
    return lambda w: psi * w + (1 - psi) * m


def length(values, axes):
    return np.sqrt(np.sum(values * values, axis=axes, keepdims=True) + 1e-8)


def modulated(weight, style):
    return np.einsum("hwio,bi->bhwio", weight, style)


def square(moved, expected, border, axis=None):
    return np.mean(np.square(moved - expected)[:, :, border:], axis=axis)


WRONG = {
    check_all_dials: [
        (
            lambda a, b, k, m, p, d, s: dials(a, b, k, lambda w: m + p * (w + s * d - m), lambda w: w),
            "edit before you truncate",
        ),
        (
            lambda a, b, k, m, p, d, s: dials(a, b, k, towards(m, p), lambda w: w + s * d, lambda w: w),
            "truncate A alone",
        ),
        (lambda a, b, k, m, p, d, s: dials(b, a, k, towards(m, p), lambda w: w + s * d), "wrong way round"),
        (
            lambda a, b, k, m, p, d, s: dials(a, b, k, towards(m, 1 - p), lambda w: w + s * d),
            "psi is the wrong way round",
        ),
        (
            lambda a, b, k, m, p, d, s: dials(a, b, k, lambda w: w, lambda w: w + s * d),
            "nothing is truncated",
        ),
        (lambda a, b, k, m, p, d, s: dials(a, b, k, towards(m, p), lambda w: w), "nothing is edited"),
        (lambda a, b, k, m, p, d, s: dials(a, b, k, towards(0 * m, p), lambda w: w + s * d), "towards zero"),
        (
            lambda a, b, k, m, p, d, s: dials(
                a, b, k, towards(m, p), lambda w: w, lambda w: towards(m, p)(w) + s * d
            ),
            "layers from B only",
        ),
        (lambda a, b, k, m, p, d, s: dials(a, b, k, towards(m, p), lambda w: w - s * d), "off by"),
        (lambda a, b, k, m, p, d, s: a[:, 0], "shape"),
    ],
    check_demodulate: [
        (modulated, "modulation alone"),
        (lambda w, s: modulated(w, s) / length(modulated(w, s), (1, 2, 3)) ** 2, "without the square root"),
        (lambda w, s: modulated(w, s) / length(modulated(w, s), (1, 2, 4)), "over the output maps"),
        (lambda w, s: modulated(w, s) / length(modulated(w, s), 3), "inputs only"),
        (lambda w, s: modulated(w, s) / length(modulated(w, s), (1, 2)), "kernel only"),
        (lambda w, s: modulated(w, s) / length(modulated(w, s), (1, 2, 3, 4)), "all output maps together"),
        (
            lambda w, s: np.einsum("hwio,bo->bhwio", w / length(w, (0, 1, 2)), np.sign(s)),
            "scales the output maps",
        ),
        (lambda w, s: modulated(w / length(w, (0, 1, 2)), s), "before the style came in"),
        (
            lambda w, s: modulated(w, s) / np.mean(modulated(w, s) ** 2, axis=(1, 2, 3), keepdims=True),
            "off by",
        ),
    ],
    check_psnr: [
        (lambda m, e, b: 10 * np.log10(1 / square(m, e, b)), "range of 1"),
        (lambda m, e, b: 20 * np.log10(4 / square(m, e, b)), "not 20"),
        (lambda m, e, b: np.mean(10 * np.log10(4 / square(m, e, b, axis=(1, 2, 3)))), "own PSNR"),
        (lambda m, e, b: 10 * np.log10(4 / square(m, e, 0)), "leave them out"),
        (lambda m, e, b: 10 * np.log10(4 / np.mean((m - e)[:, b:] ** 2)), "axis 2"),
        (lambda m, e, b: 10 * np.log10(4 / np.mean((m - e)[:, :, :-b] ** 2)), "columns on the right"),
        (lambda m, e, b: 10 * np.log10(square(m, e, b) / 4), "upside down"),
        (lambda m, e, b: square(m, e, b), "off by"),
    ],
}


def with_the_package(ws_a, ws_b, layers, mean, psi, direction, strength):
    return sg.latents.truncate(sg.latents.mix(ws_a, ws_b, layers), mean, psi) + strength * direction


def demodulate_in_tensorflow(weight, style):
    modulated = weight[tf.newaxis] * tf.reshape(style, (-1, 1, 1, style.shape[1], 1))
    return modulated * tf.math.rsqrt(tf.reduce_sum(modulated**2, [1, 2, 3], keepdims=True) + 1e-8)


RIGHT = [
    (check_all_dials, lambda a, b, k, m, p, d, s: dials(a, b, k, towards(m, p), lambda w: w + s * d)),
    (check_all_dials, with_the_package),
    (check_demodulate, lambda w, s: modulated(w, s) / length(modulated(w, s), (1, 2, 3))),
    (check_demodulate, demodulate_in_tensorflow),
    (check_psnr, lambda m, e, b: 20 * np.log10(2 / np.sqrt(square(m, e, b)))),
]


def test_the_playground_does_what_the_exercise_says():
    """The oracle of the exercise, and the page's own styles: the same seeds, layers, psi and direction."""
    from support.helpers import SMALL

    from stylegan_tf.checks.playground import _DIALS
    from stylegan_tf.widgets import State
    from stylegan_tf.widgets.playground.picture import states_to_ws

    G = sg.Generator(SMALL)
    direction = sg.latents.Direction(np.arange(SMALL.w_dim) - 3.0, 0.5)
    state = State(3, psi=0.4, seed_b=5, layers=(4, 1), edits={"tilt": 2.0})
    found, a, b = states_to_ws(G, [state, State(3), State(5)], {"tilt": direction})
    expected = _DIALS.oracle(
        a[None], b[None], [4, 1], np.asarray(G.w_avg), 0.4, np.asarray(direction), 2.0 * 0.5
    )
    np.testing.assert_allclose(found, expected[0], atol=1e-5)


def test_demodulated_weights_keep_the_deviation_of_white_maps():
    """StyleGAN2's assumption (its section 2.2), on maps that fulfil it: out come deviations of 1 whatever the
    style.
    """
    rng = np.random.default_rng(0)
    weight, style = (
        rng.normal(size=(3, 3, 5, 4)).astype("float32"),
        np.array([[1, 1, 1, 1, 1], [0.1, 30, 2, 1, 5.0]], "float32"),
    )
    maps = rng.normal(size=(1, 256, 256, 5)).astype("float32")
    for kernel in np.asarray(demodulate_in_tensorflow(weight, style)):
        np.testing.assert_allclose(
            tf.nn.conv2d(maps, kernel, 1, "VALID").numpy().std(axis=(0, 1, 2)), 1, atol=0.05
        )

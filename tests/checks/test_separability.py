"""Lesson 13: wrong answers are caught and named; right answers written differently pass."""

import keras
import numpy as np
import scipy.stats

import stylegan_tf as sg
from stylegan_tf.checks import separability


def H(shares, base=2):
    return scipy.stats.entropy(np.ravel(shares), base=base)


def left(table, base=2):
    return sum(row.sum() / table.sum() * H(row, base) for row in np.asarray(table))


def cosine(a, b):
    return (a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum())


def places(p, order, count):
    return sorted(sorted(range(len(p)), key=order)[:count])


@np.errstate(all="ignore")
def logarithm_of_zero(table):
    return -(table / table.sum() * np.log2(table / table.sum(axis=1, keepdims=True))).sum()


@np.errstate(invalid="ignore")
def length_forgotten(a, b):
    return np.degrees(np.arccos((a * b).sum()))


WRONG = {
    sg.checks.check_bits_left: [
        (lambda t: left(t, np.e), "nats"),
        (lambda t: left(t.T), "which side when the class is known"),
        (lambda t: H(t.sum(axis=0)), "classes alone"),
        (lambda t: H(t.sum(axis=0)) - left(t), "what the side tells"),
        (lambda t: H(t), "side and class together"),
        (lambda t: (H(t[0]) + H(t[1])) / 2, "count the same"),
        (logarithm_of_zero, "not finite"),
        (lambda t: np.array([H(t[0]), H(t[1])]), "shape"),
    ],
    sg.checks.check_separability_score: [
        (lambda b: np.e ** b.sum(), "e goes with nats"),
        (lambda b: 2 ** (b.sum() / len(b)), "mean of the bits"),
        (lambda b: sum(b), "that is the sum"),
        (lambda b: sum(2**x for x in b), "sum the bits first"),
        (lambda b: 2 ** b.sum() - 1, "yours gives 0"),
        (lambda b: 1 / 2 ** b.sum(), "sign is reversed"),
        (lambda b: 2**b, "shape"),
    ],
    sg.checks.check_most_confident: [
        (lambda p, n: places(p, lambda i: -p[i], n), "surest to have it"),
        (lambda p, n: places(p, lambda i: p[i], n), "surest to lack it"),
        (lambda p, n: places(p, lambda i: abs(p[i] - 0.5), n), "least sure"),
        (
            lambda p, n: sorted(places(p, lambda i: p[i], n // 2) + places(p, lambda i: -p[i], n // 2)),
            "same number",
        ),
        (lambda p, n: range(n), "first ones"),
        (lambda p, n: sorted(p[places(p, lambda i: -abs(p[i] - 0.5), n)]), "asks for the places"),
        (lambda p, n: np.argsort(-np.abs(p - 0.5))[:n], "another order"),
        (lambda p, n: np.argsort(np.abs(p - 0.5))[-n:], "another order"),
        (lambda p, n: np.argsort(p)[-n:], "surest to have it"),
        (lambda p, n: np.abs(p - 0.5) > 0.25, "shape"),
    ],
    sg.checks.check_angle: [
        (lambda a, b: np.arccos(cosine(a, b)), "radians"),
        (cosine, "cosine"),
        (lambda a, b: np.degrees(np.arccos(min(max((a * b).sum(), -1), 1))), "both lengths"),
        (length_forgotten, "lengths of both"),
        (lambda a, b: np.degrees(np.arccos(abs(cosine(a, b)))), "absolute value"),
        (lambda a, b: np.degrees(np.arcsin(cosine(a, b))), "arc sine"),
        (lambda a, b: 90.0, "off by"),
    ],
}

RIGHT = [
    (sg.checks.check_bits_left, left),
    (sg.checks.check_bits_left, lambda t: H(t) - H(t.sum(axis=1))),
    (sg.checks.check_separability_score, lambda b: np.exp(np.log(2) * b.sum())),
    (sg.checks.check_separability_score, lambda b: np.prod(2**b)),
    (sg.checks.check_separability_score, lambda b: keras.ops.exp(keras.ops.sum(b * np.log(2)))),
    (sg.checks.check_most_confident, lambda p, n: places(p, lambda i: min(p[i], 1 - p[i]), n)),
    (
        sg.checks.check_most_confident,
        lambda p, n: np.sort(sg.metrics.separability.most_confident(p.astype("float32"))[:n]),
    ),
    (
        sg.checks.check_angle,
        lambda a, b: np.degrees(np.arctan2(np.sqrt(1 - cosine(a, b) ** 2), cosine(a, b))),
    ),
]


def test_the_score_of_the_exercise_is_that_of_the_metric():
    rng = np.random.default_rng(0)
    latents = rng.normal(size=(400, 4))
    p = 1 / (1 + np.exp(-3 * (latents[:, :3] + rng.normal(size=(400, 3)))))
    found = sg.metrics.linear_separability(latents, p)
    np.testing.assert_allclose(separability._SCORE.oracle(found.conditional_entropies), found.score)
    bits = [separability._BITS.oracle(table) for table in found.contingency]
    np.testing.assert_allclose(bits, found.conditional_entropies)
    np.testing.assert_allclose(separability._ANGLE.oracle(*found.normals[:2]), found.angles[0, 1])

"""Lesson 03: each wrong answer that students give is caught and named; right ones written differently pass."""

import numpy as np
import pytest
import tensorflow as tf

import stylegan_tf as sg
from stylegan_tf.checks import latent_spaces


def difference(w, has):
    return w[has].mean(axis=0) - w[~has].mean(axis=0)


def times(count):
    return np.linspace(0, 1, count)[:, None]


WRONG = {
    sg.checks.check_interpolate: [
        (lambda a, b, n: b + (a - b) * times(n), "from b to a"),
        (lambda a, b, n: np.stack([a + (b - a) * i / n for i in range(n)]), "one step before b"),
        (lambda a, b, n: np.stack([a + (b - a) * (i + 1) / (n + 1) for i in range(n)]), "both ends"),
        (lambda a, b, n: a + times(n) * b, "the difference, b - a"),
        (lambda a, b, n: times(n) * a + times(n) * b, "add up to 1"),
        (lambda a, b, n: (a + (b - a) * times(n)).T, "columns"),
        (lambda a, b, n: np.linspace(a, b, n + 1), "shape"),
    ],
    sg.checks.check_analogy: [
        (lambda a, b, c: c + a - b, "take away"),
        (lambda a, b, c: b - a, "the difference alone"),
        (lambda a, b, c: b + c, "did not take away a"),
        (lambda a, b, c: np.mean([a, b, c], axis=0), "mean of the three"),
        (lambda a, b, c: a + b - c, "where you start from"),
    ],
    sg.checks.check_averaged_direction: [
        (lambda w, has, own: difference(w, has), "becomes 1"),
        (lambda w, has, own: difference(w, has) / np.sqrt((difference(w, has) ** 2).sum()), "length 1"),
        (lambda w, has, own: w[has].mean(0) / w[has].mean(0)[own], "subtract the mean"),
        (
            lambda w, has, own: (w[has].sum(0) - w[~has].sum(0)) / (w[has].sum(0) - w[~has].sum(0))[own],
            "take means",
        ),
        (lambda w, has, own: np.corrcoef(w, rowvar=False)[own], "correlations"),
        (lambda w, has, own: difference(w, has) / np.abs(difference(w, has)).max(), "largest component"),
    ],
    sg.checks.check_corner_share: [
        (lambda h: 0.25 * (1 - h), "add up to 1"),
        (lambda h: 0.25 * h, "removed"),
        (lambda h: 1 - h, "left of the corner; the exercise"),
        (lambda h: (1 - h) / 3, "three quarters"),
    ],
}


RIGHT = [
    (sg.checks.check_interpolate, lambda a, b, n: np.linspace(a, b, n)),
    (
        sg.checks.check_interpolate,
        lambda a, b, n: np.array([(1 - t) * a + t * b for t in np.arange(n) / (n - 1)]),
    ),
    (sg.checks.check_interpolate, lambda a, b, n: tf.linspace(a, b, n)),
    (sg.checks.check_analogy, lambda a, b, c: b - a + c),
    (sg.checks.check_analogy, lambda a, b, c: tf.constant(c) - a + b),
    (sg.checks.check_averaged_direction, lambda w, has, own: difference(w, ~has) / difference(w, ~has)[own]),
    (
        sg.checks.check_averaged_direction,
        lambda w, has, own: (
            np.cov(w.T, has)[:-1, -1] / np.cov(w.T, has)[own, -1]
        ),  # with minus without, but for a factor
    ),
    (sg.checks.check_corner_share, lambda h: (1 - h) / (3 + (1 - h))),
    (sg.checks.check_corner_share, lambda h: 1 - 3 / (4 - h)),
]


@pytest.mark.parametrize("hole", [0.0, 0.3, 1.0])
def test_the_share_of_a_corner_is_what_the_data_have(hole):
    factors = sg.data.sample_factors(20_000, hole=hole)
    names = [f.name for f in sg.data.FACTORS]
    inside = (factors[:, names.index("moustache")] == 1) & (factors[:, names.index("hair_length")] == 1)
    assert latent_spaces._CORNER_SHARE.oracle(hole) == pytest.approx(inside.mean(), abs=0.01)

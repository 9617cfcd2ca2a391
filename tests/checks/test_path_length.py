"""Lesson 12: wrong answers are caught and named; right answers written differently pass."""

import keras
import numpy as np

import stylegan_tf as sg


def even(t, gone, count):
    """By the piece in which each mark lies."""
    times = []
    for k in range(count):
        mark = gone[-1] * k / (count - 1)
        i = min(np.searchsorted(gone, mark, side="right") - 1, len(t) - 2)
        times.append(t[i] + (t[i + 1] - t[i]) * (mark - gone[i]) / (gone[i + 1] - gone[i]))
    return np.array(times)


def squared(gone):
    return np.append(0, np.cumsum(np.diff(gone) ** 2))


def unit(maps, axis=-1):
    return maps / np.sqrt((maps**2).sum(axis=axis, keepdims=True))


def squares(a, b):
    return (unit(a) - unit(b)) ** 2


def kept(d, low, high):
    """Those between two shares of the sorted distances."""
    d = np.sort(d)
    return d[int(np.ceil(low * (len(d) - 1))) : int(high * (len(d) - 1)) + 1]


WRONG = [
    (sg.checks.check_even_walk, lambda t, g, n: t[-1] * np.arange(n) / (n - 1), "these times are even"),
    (sg.checks.check_even_walk, lambda t, g, n: even(g, t, n), "lengths at even times"),
    (sg.checks.check_even_walk, lambda t, g, n: g[-1] * np.arange(n) / (n - 1), "even lengths; look up"),
    (sg.checks.check_even_walk, lambda t, g, n: even(t, squared(g), n), "squares of the steps"),
    (
        sg.checks.check_even_walk,
        lambda t, g, n: np.append(even(t, g, n + 1)[:-1], []),
        "last time is missing",
    ),
    (sg.checks.check_even_walk, lambda t, g, n: even(t, g, n + 1), "one time too many"),
    (
        sg.checks.check_even_walk,
        lambda t, g, n: [t[abs(g - g[-1] * k / (n - 1)).argmin()] for k in range(n)],
        "nearest of the times",
    ),
    (
        sg.checks.check_even_walk,
        lambda t, g, n: np.interp(np.linspace(0, g.cumsum()[-1], n), g.cumsum(), t),
        "running sum already",
    ),
    (sg.checks.check_even_walk, lambda t, g, n: even(t, g, n)[:, None], "shape"),
    (sg.checks.check_map_distance, lambda a, b: ((a - b) ** 2).sum(-1).mean((1, 2)), "not scaled"),
    (sg.checks.check_map_distance, lambda a, b: squares(a, b).mean((1, 2, 3)), "average over the channels"),
    (sg.checks.check_map_distance, lambda a, b: squares(a, b).sum((1, 2, 3)), "sum over the pixels"),
    (sg.checks.check_map_distance, lambda a, b: abs(unit(a) - unit(b)).sum(-1).mean((1, 2)), "not squared"),
    (
        sg.checks.check_map_distance,
        lambda a, b: ((unit(a, (1, 2, 3)) - unit(b, (1, 2, 3))) ** 2).sum(-1).mean((1, 2)),
        "each pixel is scaled by itself",
    ),
    (sg.checks.check_map_distance, lambda a, b: squares(a, b).sum(-1).mean((1, 2)) ** 0.5, "root at the end"),
    (sg.checks.check_map_distance, lambda a, b: squares(a, b).sum(-1).mean(), "whole batch"),
    (sg.checks.check_map_distance, lambda a, b: squares(a, b).sum(-1), "shape"),
    (sg.checks.check_path_score, lambda d, e: kept(d, 0.01, 0.99).mean() / e, "you divide by epsilon"),
    (sg.checks.check_path_score, lambda d, e: kept(d, 0.01, 0.99).mean(), "nothing is divided"),
    (sg.checks.check_path_score, lambda d, e: (d / e**2).mean(), "outliers are still in"),
    (sg.checks.check_path_score, lambda d, e: kept(d, 0, 0.99).mean() / e**2, "the largest only"),
    (sg.checks.check_path_score, lambda d, e: kept(d, 0.05, 0.95).mean() / e**2, "5 %"),
    (
        sg.checks.check_path_score,
        lambda d, e: np.sort(d)[len(d) // 100 + 1 : -(len(d) // 100) - 1].mean() / e**2,
        "exactly at",
    ),
    (sg.checks.check_path_score, lambda d, e: sorted(d)[len(d) // 2] / e**2, "median"),
    (sg.checks.check_path_score, lambda d, e: kept(d, 0.01, 0.99) / e**2, "shape"),
    (sg.checks.check_linear_path_length, lambda A: np.trace(A @ A.T) / len(A), "twice the variance"),
    (sg.checks.check_linear_path_length, lambda A: 2 * np.trace(A @ A.T), "averaged over the pixels"),
    (sg.checks.check_linear_path_length, lambda A: 2 * (A**2).mean(), "pixels only"),
    (
        sg.checks.check_linear_path_length,
        lambda A: 2 * np.linalg.svd(A)[1][0] ** 2 / len(A),
        "largest stretch",
    ),
    (sg.checks.check_linear_path_length, lambda A: (2 * np.trace(A @ A.T) / len(A)) ** 0.5, "took the root"),
    (sg.checks.check_linear_path_length, lambda A: 2 * abs(A).sum() / len(A), "entries of A"),
    (sg.checks.check_linear_path_length, lambda A: 4 * (A**2).sum() / len(A), "off by"),
]

RIGHT = [
    (sg.checks.check_even_walk, even),
    (sg.checks.check_even_walk, lambda t, g, n: list(np.interp(np.arange(n) * g[-1] / (n - 1), g, t))),
    (sg.checks.check_map_distance, lambda a, b: 2 - 2 * (unit(a) * unit(b)).sum(-1).mean((1, 2))),
    (sg.checks.check_map_distance, lambda a, b: keras.ops.mean(keras.ops.sum(squares(a, b), -1), (1, 2))),
    (sg.checks.check_path_score, lambda d, e: kept(d / e**2, 0.01, 0.99).mean()),
    (sg.checks.check_path_score, lambda d, e: sg.metrics.path_length.summarize(d).mean / e / e),
    (sg.checks.check_linear_path_length, lambda A: 2 * np.trace(A.T @ A) / A.shape[0]),
    (sg.checks.check_linear_path_length, lambda A: 2 * (np.linalg.svd(A)[1] ** 2).sum() / len(A)),
]


def test_what_the_exercise_says_of_a_linear_generator_is_what_it_measures():
    A, rng = np.random.default_rng(0).normal(size=(7, 4)), np.random.default_rng(1)
    w = rng.normal(size=(2, 200_000, 4))
    found = np.square((w[1] - w[0]) @ A.T).mean()
    expected = sg.checks.path_length._LINEAR.oracle(A)
    np.testing.assert_allclose(found, expected, rtol=0.02)

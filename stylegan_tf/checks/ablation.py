"""Checks of lesson 15: unnamed configurations, the error of a mean, a difference with its half-width."""

from __future__ import annotations

import numpy as np

from stylegan_tf.ablation import shelf
from stylegan_tf.checks.exercise import Exercise, judge_names, report

_HINTS = {
    "B": "one of them draws the same picture whatever you swap between layers: it has no styles",
    "D": "one of them has styles, and draws the same picture under any noise",
    "F": "one of them draws a slightly different picture each time the noise is drawn again",
}


def judge_unmasked(answers) -> tuple[str, str]:
    """As ``Exercise.judge``, for a dict from the letters of ``shelf.unnamed`` to configurations."""
    why = "styles and noise each leave a mark that an experiment finds."
    return judge_names(answers, shelf.UNNAMED, "configuration", sorted(_HINTS), _HINTS, why)


def check_unmask(unmasked) -> None:
    """``unmasked``: a dict from the letters of ``shelf.unnamed()`` to "B", "D" or "F"."""
    report(*judge_unmasked(unmasked))


def _error(values, ddof=1):
    return np.std(values, ddof=ddof) / np.sqrt(len(values))


_STANDARD_ERROR = Exercise(
    oracle=_error,
    draw=lambda rng: [(rng.normal(20, 3, size=n),) for n in (5, 2)],
    why="with other seeds the mean would typically lie about this far away.",
    mistakes={
        "the deviation is around the mean of these same values: divide by N - 1 under the root (ddof=1)": (
            lambda v: _error(v, 0)
        ),
        "that is the deviation of single runs; the mean of N is surer: divide by the root of N": (
            lambda v: np.std(v, ddof=1)
        ),
        "that is the deviation of single runs, with N in place of N - 1; divide by the root of N, too": (
            lambda v: np.std(v)
        ),
        "you divide by N; the error falls with the root of N": (lambda v: np.std(v, ddof=1) / len(v)),
        "that is a variance; take the root": (lambda v: np.var(v, ddof=1) / len(v)),
        "you divide by the root of N - 1 once too often: ddof=1 has done that": (
            lambda v: np.std(v, ddof=1) / np.sqrt(len(v) - 1)
        ),
        "that is the mean itself; the exercise asks for its error": np.mean,
    },
)


def check_standard_error(standard_error) -> None:
    """``standard_error(values)``: (N,) numbers, one per seed -> the standard error of their mean."""
    _STANDARD_ERROR.check(standard_error)


def _draw_pairs(rng):
    """Twice the values of two configurations, for three seeds and for four, with a quantile."""
    quantiles = rng.uniform(2, 4, size=2)
    return [(rng.normal(30, 4, size=3), rng.normal(24, 2, size=4), float(quantile)) for quantile in quantiles]


def _gain(a, b):
    return np.mean(b) - np.mean(a)


def _half_width(a, b, quantile, together=np.hypot):
    return quantile * together(_error(a), _error(b))


_DIFFERENCE = Exercise(
    oracle=lambda a, b, quantile: (_gain(a, b), _half_width(a, b, quantile)),
    draw=_draw_pairs,
    why="a difference that is smaller than its half-width is too close to call.",
    mistakes={
        "the sign is reversed: b against a is mean(b) - mean(a)": (
            lambda a, b, q: (_gain(b, a), _half_width(a, b, q))
        ),
        ("independent errors add as squares: take the root of the sum of squares, not the sum"): (
            lambda a, b, q: (_gain(a, b), _half_width(a, b, q, np.add))
        ),
        "that is one standard error of the difference; 95 % need the quantile": (
            lambda a, b, q: (_gain(a, b), _half_width(a, b, 1.0))
        ),
        "that is the whole width of the interval; the exercise asks for half of it": (
            lambda a, b, q: (_gain(a, b), 2 * _half_width(a, b, q))
        ),
        "you take the deviation of single runs; the errors of the two means are smaller": (
            lambda a, b, q: (_gain(a, b), q * np.hypot(np.std(a, ddof=1), np.std(b, ddof=1)))
        ),
        "you divide by N; the errors are those of exercise 2, with N - 1 (`ddof=1`)": (
            lambda a, b, q: (_gain(a, b), q * np.hypot(_error(a, 0), _error(b, 0)))
        ),
        "the larger error alone is not enough: both means are uncertain": (
            lambda a, b, q: (_gain(a, b), _half_width(a, b, q, max))
        ),
        "the order is: difference, then half-width": (lambda a, b, q: (_half_width(a, b, q), _gain(a, b))),
    },
)


def check_difference(difference) -> None:
    """``difference(a, b, quantile)``: values per seed -> the difference of their means, with its half-width.

    a (N,) and b (M,) -> (mean of b minus mean of a, half of its 95 % interval).
    """
    _DIFFERENCE.check(difference)

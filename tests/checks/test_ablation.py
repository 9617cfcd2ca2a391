"""Lesson 15: wrong answers are caught and named; right answers written differently pass."""

import math
import statistics

import keras
import numpy as np
import pytest
import scipy.stats

import stylegan_tf as sg
from stylegan_tf.ablation import comparison, shelf
from stylegan_tf.checks import ablation


def error(v):
    return statistics.stdev(v) / math.sqrt(len(v))


def gap(a, b):
    return statistics.mean(b) - statistics.mean(a)


WRONG = {
    sg.checks.check_standard_error: [
        (lambda v: v.std() / len(v) ** 0.5, "ddof=1"),
        (lambda v: statistics.stdev(v), "divide by the root of N"),
        (lambda v: v.std(), "N in place of N - 1"),
        (lambda v: statistics.stdev(v) / len(v), "falls with the root"),
        (lambda v: statistics.variance(v) / len(v), "variance"),
        (lambda v: scipy.stats.sem(v, ddof=1) * np.sqrt(len(v) / (len(v) - 1)), "once too often"),
        (lambda v: sum(v) / len(v), "mean itself"),
        (lambda v: v - v.mean(), "shape"),
    ],
    sg.checks.check_difference: [
        (lambda a, b, q: (gap(b, a), q * math.hypot(error(a), error(b))), "sign is reversed"),
        (lambda a, b, q: (gap(a, b), q * (error(a) + error(b))), "as squares"),
        (lambda a, b, q: (gap(a, b), math.hypot(error(a), error(b))), "need the quantile"),
        (lambda a, b, q: (gap(a, b), 2 * q * math.hypot(error(a), error(b))), "half of it"),
        (
            lambda a, b, q: (gap(a, b), q * math.sqrt(statistics.variance(a) + statistics.variance(b))),
            "single runs",
        ),
        (lambda a, b, q: (gap(a, b), q * math.sqrt(np.var(a) / len(a) + np.var(b) / len(b))), "ddof=1"),
        (lambda a, b, q: (gap(a, b), q * max(error(a), error(b))), "both means are uncertain"),
        (lambda a, b, q: (q * math.hypot(error(a), error(b)), gap(a, b)), "the order is"),
        (lambda a, b, q: gap(a, b), "shape"),
    ],
}

RIGHT = [
    (sg.checks.check_standard_error, error),
    (sg.checks.check_standard_error, scipy.stats.sem),
    (
        sg.checks.check_standard_error,
        lambda v: keras.ops.sqrt(keras.ops.sum((v - v.mean()) ** 2) / (len(v) - 1) / len(v)),
    ),
    (sg.checks.check_difference, lambda a, b, q: (gap(a, b), q * math.sqrt(error(a) ** 2 + error(b) ** 2))),
    (
        sg.checks.check_difference,
        lambda a, b, q: [b.mean() - a.mean(), q * np.linalg.norm([error(a), error(b)])],
    ),
    (sg.checks.check_unmask, dict(reversed(shelf.UNNAMED.items()))),
]

LOOK = {"B": "whatever you swap", "D": "under any noise", "F": "drawn again"}


@pytest.mark.parametrize("missed", LOOK)
def test_a_configuration_that_was_missed_gets_a_hint(missed):
    letter = next(k for k, v in shelf.UNNAMED.items() if v == missed)
    with pytest.raises(sg.checks.WrongAnswer, match=f"2 of 3 are right.*{LOOK[missed]}"):
        sg.checks.check_unmask(shelf.UNNAMED | {letter: "D" if missed != "D" else "B"})


def test_the_exercises_are_what_the_package_computes():
    """Where all lines spread alike for their size, ``comparison`` has the errors of each line's own seeds, as
    the exercises.
    """
    values = {"a": [30.0, 33.0, 27.0], "b": [20.0, 22.0, 18.0]}
    found, degrees = comparison.means(values, {name: [0.0] * 3 for name in values})
    verdict = comparison.compare(found["a"], found["b"], degrees)
    assert [m.error for m in found.values()] == pytest.approx(
        [ablation._STANDARD_ERROR.oracle(v) for v in values.values()]
    )
    expected = ablation._DIFFERENCE.oracle(*map(np.array, values.values()), comparison.quantile(degrees))
    assert (verdict.difference, verdict.half_width) == pytest.approx(expected)

"""Checks of lesson 14: leaks per unit of what was asked for, balanced directions, a part taken out."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise


def _own(change, own):
    """What each row changes of the factor that was asked for, (I,)."""
    return change[np.arange(len(own)), own]


def _draw_changes(rng):
    trials = []
    for rows, columns in ((3, 5), (4, 4)):
        own = rng.permutation(columns)[:rows]
        change = 0.3 * rng.normal(size=(rows, columns))
        change[np.arange(rows), own] = rng.uniform(0.4, 0.9, size=rows)
        change[0, (own[0] + 1) % columns] = 1.3  # the leak is larger than what was asked for
        trials.append((change, own))
    return trials


_LEAKAGE_MATRIX = Exercise(
    oracle=lambda change, own: change / _own(change, own)[:, None],
    draw=_draw_changes,
    why="each row has a 1 in the column that was asked for; the rest comes along with one unit of it.",
    mistakes={
        "you divide by the largest change of the row, which may be a leak; divide by that of column own[i]": (
            lambda c, own: c / np.abs(c).max(axis=1, keepdims=True)
        ),
        "you take the first columns; the factor that row i was asked for is column own[i]": (
            lambda c, own: c / np.diagonal(c)[: len(own), None]
        ),
        "each column is divided by one number; each row has its own": (
            lambda c, own: c / np.array([_own(c, own)[i % len(own)] for i in range(c.shape[1])])
        ),
        "that is the change per deviation, as it was given; divide it by the change of column own[i]": (
            lambda c, own: c
        ),
        "the rows have length 1; column own[i] must be 1": (
            lambda c, own: c / np.linalg.norm(c, axis=1, keepdims=True)
        ),
        "you subtract the change of column own[i]; what comes along per unit is a quotient": (
            lambda c, own: c - _own(c, own)[:, None]
        ),
        "leaks have a sign: to lose glasses is not to gain them": (
            lambda c, own: np.abs(c / _own(c, own)[:, None])
        ),
        "that is transposed: directions are rows, factors are columns": (
            lambda c, own: (c / _own(c, own)[:, None]).T
        ),
    },
)


def check_leakage_matrix(leakage_matrix) -> None:
    """``leakage_matrix(change, own)``: -> the change per unit of the factor that was asked for, (I, J).

    change (I, J): of factor j along direction i. own (I,): the column that each row was asked for.
    """
    _LEAKAGE_MATRIX.check(leakage_matrix)


def _difference(w, has, among=slice(None)):
    return w[among][has[among]].mean(axis=0) - w[among][~has[among]].mean(axis=0)


def _balanced(w, has, other):
    return (_difference(w, has, other) + _difference(w, has, ~other)) / 2


def _by_size(w, has, other):
    """The two differences weighed by the size of their groups."""
    share = np.mean(other)
    return share * _difference(w, has, other) + (1 - share) * _difference(w, has, ~other)


def _draw_groups(rng):
    other = np.arange(60) < 42  # more with than without it, so that weights by size differ from even ones
    has = rng.uniform(size=60) < np.where(other, 0.7, 0.25)
    has[[0, 1, 42, 43]] = [True, False, True, False]  # all four groups have a member
    w = rng.normal(size=(60, 4)) + 2 * has[:, None] * [1, 0, 0, 0] + 3 * other[:, None] * [0, 1, 0, 0]
    return [(w, has, other)]


_BALANCED_DIRECTION = Exercise(
    oracle=_balanced,
    draw=_draw_groups,
    why="within each group nobody differs in the other attribute, so it cannot come along.",
    mistakes={
        "that is the plain difference of means; the other attribute comes along with it": (
            lambda w, has, other: _difference(w, has)
        ),
        "that is only the group that has the other attribute; average the two groups": (
            lambda w, has, other: _difference(w, has, other)
        ),
        "that is only the group without the other attribute; average the two groups": (
            lambda w, has, other: _difference(w, has, ~other)
        ),
        "the two differences are added; take their mean": (
            lambda w, has, other: _difference(w, has, other) + _difference(w, has, ~other)
        ),
        "you weigh the groups by their size; both count the same here": (_by_size),
        "you have swapped the attributes: that is the direction of the other one": (
            lambda w, has, other: _balanced(w, other, has)
        ),
        "you compare those who have both with those who have neither: that is where the leak is largest": (
            lambda w, has, other: w[has & other].mean(axis=0) - w[~has & ~other].mean(axis=0)
        ),
        "the sign is reversed: with minus without": (lambda w, has, other: -_balanced(w, has, other)),
    },
)


def check_balanced_direction(balanced_direction) -> None:
    """``balanced_direction(w, has, other)``: w (N, D), has and other (N,) booleans -> a direction (D,).

    It is the mean of two differences, each with minus without ``has``: one among those with ``other``, one
    among those without it.
    """
    _BALANCED_DIRECTION.check(balanced_direction)


def _along(d, other):
    unit = other / np.linalg.norm(other)
    return (d @ unit) * unit


def _draw_directions(rng):
    """Two at random, of different lengths; and two of which the result can be seen."""
    return [
        tuple(rng.normal(size=(2, 6)) * [[1], [2.5]]),
        (np.array([1.0, 1, 0]), np.array([0.0, 3, 0])),
    ]


_TAKE_OUT = Exercise(
    oracle=lambda d, other: d - _along(d, other),
    draw=_draw_directions,
    why="what is left is at right angles to the other direction.",
    mistakes={
        "the other direction need not have length 1: divide by its length, and that twice": (
            lambda d, o: d - (d @ o) * o
        ),
        "you divide by the length of the other direction once; the product and the direction both need it": (
            lambda d, o: d - (d @ o) * o / np.linalg.norm(o)
        ),
        "you take away the whole other direction; only the part of d that lies along it": (
            lambda d, o: d - o
        ),
        "you take away the whole other direction, at length 1; only the part of d that lies along it": (
            lambda d, o: d - o / np.linalg.norm(o)
        ),
        "that is the part along the other direction; the exercise asks for what is left without it": _along,
        "the part is added; take it away": (lambda d, o: d + _along(d, o)),
        "you divide by the length of d; the part along the other direction needs the length of the other": (
            lambda d, o: d - (d @ o) / (d @ d) * o
        ),
        "that has been brought to length 1; leave it as long as it is": (
            lambda d, o: (d - _along(d, o)) / np.linalg.norm(d - _along(d, o))
        ),
        "you took d out of the other direction; take the other one out of d": (lambda d, o: o - _along(o, d)),
    },
)


def check_take_out(take_out) -> None:
    """``take_out(d, other)``: directions (D,), of any length -> d without its part along ``other``, (D,)."""
    _TAKE_OUT.check(take_out)

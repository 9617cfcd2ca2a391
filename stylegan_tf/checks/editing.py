"""Checks of lesson 14: a change and its error, balanced directions, a part taken out."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise


def _halves(forwards, backwards):
    """How much each face changes per step: half of the way from -4 to +4, (N,)."""
    return (forwards - backwards) / 2


def _error(values, ddof=1):
    """Standard error of the mean of ``values`` (N,)."""
    return np.std(values, ddof=ddof) / np.sqrt(len(values))


def _draw_readings(rng):
    """Readings of faces that differ far more from one another than by the step; many faces, and few."""
    trials = []
    for count in (40, 6):
        faces = rng.uniform(0.2, 0.8, size=count)
        steps = rng.normal(0.1, 0.04, size=count)
        trials.append((faces + steps, faces - steps))
    return trials


_CHANGE_AND_ERROR = Exercise(
    oracle=lambda f, b: (np.mean(_halves(f, b)), _error(_halves(f, b))),
    draw=_draw_readings,
    why="each face is compared with itself, so the differences between faces do not blur the change.",
    mistakes={
        (
            "you add the errors of both sides, as if they were different people; "
            "they are the same faces: subtract face by face, then take the error"
        ): (lambda f, b: (np.mean(_halves(f, b)), np.hypot(_error(f), _error(b)) / 2)),
        (
            "you add the errors of both sides, as if they were different people, and do not halve them; "
            "subtract face by face, halve, then take the error"
        ): (lambda f, b: (np.mean(_halves(f, b)), np.hypot(_error(f), _error(b)))),
        "from -4 to +4 are two steps; the change of one is half of the difference, and so is its error": (
            lambda f, b: (np.mean(f - b), _error(f - b))
        ),
        "the change is halved, its error is not; halve each face's difference before you take either": (
            lambda f, b: (np.mean(_halves(f, b)), _error(f - b))
        ),
        "that is the deviation of single faces; the mean of N is surer: divide by the root of N": (
            lambda f, b: (np.mean(_halves(f, b)), np.std(_halves(f, b), ddof=1))
        ),
        "that is the deviation of single faces, with N in place of N - 1; divide by the root of N, too": (
            lambda f, b: (np.mean(_halves(f, b)), np.std(_halves(f, b)))
        ),
        "you divide by N inside the deviation; it is N - 1 here (`ddof=1`)": (
            lambda f, b: (np.mean(_halves(f, b)), _error(_halves(f, b), ddof=0))
        ),
        "you divide by N; the error falls with the root of N": (
            lambda f, b: (np.mean(_halves(f, b)), np.std(_halves(f, b), ddof=1) / len(f))
        ),
        "the sign is reversed: forwards minus backwards": (
            lambda f, b: (np.mean(_halves(b, f)), _error(_halves(f, b)))
        ),
        "the order is: change, then error": (lambda f, b: (_error(_halves(f, b)), np.mean(_halves(f, b)))),
    },
)


def check_change_and_error(change_and_error) -> None:
    """``change_and_error(forwards, backwards)``: readings (N,) of the same faces -> (change, standard error).

    forwards and backwards: after a step of +4 and of -4. The change is that of one step of 4.
    """
    _CHANGE_AND_ERROR.check(change_and_error)


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

"""Checks of lesson 03: a path between codes, arithmetic with codes, an averaged direction, a hole."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise
from stylegan_tf.latents.codes import lerp
from stylegan_tf.latents.directions import direction


def _line(a, b, t):
    return lerp(a[None], b[None], np.asarray(t)[:, None])


def _draw_ends(rng):
    return [
        (rng.normal(size=3), rng.normal(size=3), 5),
        (rng.normal(size=8), rng.normal(size=8), 9),
    ]


_INTERPOLATE = Exercise(
    oracle=lambda a, b, count: _line(a, b, np.linspace(0, 1, count)),
    draw=_draw_ends,
    why="it starts at a, ends at b, and all its steps are equal.",
    mistakes={
        "your path runs from b to a": (lambda a, b, n: _line(b, a, np.linspace(0, 1, n))),
        "your path stops one step before b: the last code must be b itself": (
            lambda a, b, n: _line(a, b, np.arange(n) / n)
        ),
        "your path leaves out both ends: the first code is a, the last is b": (
            lambda a, b, n: _line(a, b, np.linspace(0, 1, n + 2)[1:-1])
        ),
        "you add t times b to a; what is added is t times the difference, b - a": (
            lambda a, b, n: a + np.linspace(0, 1, n)[:, None] * b
        ),
        "a and b both grow with t; the weights of a and b must add up to 1": (
            lambda a, b, n: np.linspace(0, 1, n)[:, None] * (a + b)
        ),
        "these are columns: each row must be one code": (lambda a, b, n: _line(a, b, np.linspace(0, 1, n)).T),
    },
)


def check_interpolate(interpolate) -> None:
    """``interpolate(a, b, count)``: codes (D,) -> (count, D), equal steps from a to b, both included."""
    _INTERPOLATE.check(interpolate)


_ANALOGY = Exercise(
    oracle=lambda a, b, c: c + (b - a),
    draw=lambda rng: [tuple(rng.normal(size=(3, 6)))],
    why="c gets what b has and a lacks.",
    mistakes={
        "you take away what b has more than a: the difference is b - a": (lambda a, b, c: c + (a - b)),
        "that is the difference alone; it must be added to c": (lambda a, b, c: b - a),
        "you added b and did not take away a: then everything that a and b share comes along": (
            lambda a, b, c: c + b
        ),
        "that is the mean of the three codes": (lambda a, b, c: (a + b + c) / 3),
        "you take c away; c is where you start from": (lambda a, b, c: a + b - c),
    },
)


def check_analogy(analogy) -> None:
    """``analogy(a, b, c)``: codes (D,) -> the code that is to c as b is to a, (D,)."""
    _ANALOGY.check(analogy)


def _scaled(vector, own):
    return vector / vector[own]


def _difference(w, has, of=np.mean):
    return of(w[has], axis=0) - of(w[~has], axis=0)


def _draw_direction(rng):
    w = rng.normal(size=(80, 4)) + 0.3
    w[:, 0] += 3 * w[:, 1] - 2 * w[:, 2]  # so that the component ``own`` is not the largest
    return [(w, w[:, own] > 0.6, own) for own in (1, 2)]


_AVERAGED_DIRECTION = Exercise(
    oracle=lambda w, has, own: _scaled(np.asarray(direction(w, has, "means"), "float64"), own),
    draw=_draw_direction,
    why="its other components are the leaks: what comes along with one unit of component 'own'.",
    mistakes={
        "divide by the component 'own', so that it becomes 1 and the others are leaks per unit": (
            lambda w, has, own: _difference(w, has)
        ),
        "that has length 1; the component 'own' must be 1": (
            lambda w, has, own: _difference(w, has) / np.linalg.norm(_difference(w, has))
        ),
        "that is the mean of those that have it; subtract the mean of those that do not": (
            lambda w, has, own: _scaled(w[has].mean(axis=0), own)
        ),
        "you subtract sums; the two groups differ in size, so take means": (
            lambda w, has, own: _scaled(_difference(w, has, np.sum), own)
        ),
        "you divide by the largest component, which need not be 'own'": (
            lambda w, has, own: _difference(w, has) / np.abs(_difference(w, has)).max()
        ),
        "those are correlations; the exercise asks for the difference of two means": (
            lambda w, has, own: np.corrcoef(w.T)[own]
        ),
    },
)


def check_averaged_direction(averaged_direction) -> None:
    """``averaged_direction(w, has, own)``: w (N, D), has (N,) booleans -> a direction (D,).

    It is the mean with minus the mean without, scaled so that component ``own`` is 1.
    """
    _AVERAGED_DIRECTION.check(averaged_direction)


_CORNER_SHARE = Exercise(
    oracle=lambda hole: (1 - hole) / (4 - hole),
    draw=lambda rng: [(rng.uniform(0.1, 0.9, size=5),), (np.array([0.0, 1.0]),)],
    why="the corner held a quarter, and what was taken out is missing from the whole as well.",
    mistakes={
        "the faces that are left must add up to 1 again: divide by all that is left": (lambda h: (1 - h) / 4),
        "that is the share that was removed": (lambda h: h / 4),
        "that is what is left of the corner; the exercise asks for its share in all faces": (lambda h: 1 - h),
        "you divide by what is left of the corner; divide by what is left of all": (
            lambda h: (1 - h) / np.maximum(4 - 4 * h, 1e-9)
        ),
        "you divide by the other three quarters alone; the corner's own rest is part of the whole": (
            lambda h: (1 - h) / 3
        ),
    },
)


def check_corner_share(corner_share) -> None:
    """``corner_share(hole)``: -> the share of a corner in what is left, (N,).

    The corner held a quarter; ``hole`` (N,) is the share of it that was removed.
    """
    _CORNER_SHARE.check(corner_share)

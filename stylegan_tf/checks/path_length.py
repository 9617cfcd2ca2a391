"""Checks of lesson 12: an even walk, distances in features, the trimmed score, a linear generator."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise


def _unit(v):
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def _unchanged(value):
    return value


def _even(t, gone, count):
    return np.interp(np.linspace(0, gone[-1], count), gone, t)


def _draw_walks(rng):
    """Two walks that rest and hurry; the times of the second are not even either."""
    trials = []
    for steps, count in ((12, 5), (30, 9)):
        speeds = rng.uniform(0.05, 1.0, size=steps) ** 3 + 0.01
        gone = np.concatenate([[0.0], np.cumsum(speeds)])
        times = np.linspace(0, 1, steps + 1)
        trials.append((times if not trials else times**2, gone, count))
    return trials


def _even_in_squares(t, gone, count):
    """Even in the sum of the squared steps instead of the steps."""
    squares = np.concatenate([[0.0], np.cumsum(np.diff(gone) ** 2)])
    return np.interp(np.linspace(0, squares[-1], count), squares, t)


_EVEN_WALK = Exercise(
    oracle=_even,
    draw=_draw_walks,
    why="between two of these times the picture goes equally far: slow stretches take longer.",
    mistakes={
        "these times are even; the picture rests and hurries between them": (
            lambda t, gone, count: np.linspace(0, t[-1], count)
        ),
        "these are lengths at even times; the exercise asks for times at even lengths": (
            lambda t, gone, count: np.interp(np.linspace(0, t[-1], count), t, gone)
        ),
        "these are the even lengths; look up the time at which the picture has gone so far": (
            lambda t, gone, count: np.linspace(0, gone[-1], count)
        ),
        "you made the squares of the steps even; go by the way itself": (_even_in_squares),
        "you take the running sum of `gone`; it is a running sum already": (
            lambda t, gone, count: _even(t, np.cumsum(gone), count)
        ),
        "you give the nearest of the times in `t`; read between them, as `np.interp` does": (
            lambda t, gone, count: t[np.abs(gone - np.linspace(0, gone[-1], count)[:, None]).argmin(axis=1)]
        ),
        "the last time is missing: `count` times, from the first to the last": (
            lambda t, gone, count: np.interp(np.linspace(0, gone[-1], count + 1)[:-1], gone, t)
        ),
        "one time too many: `count` is the number of times, not of steps": (
            lambda t, gone, count: _even(t, gone, count + 1)
        ),
    },
)


def check_even_walk(even_walk) -> None:
    """``even_walk(t, gone, count)``: times (N,) and the way gone at each (N,) -> ``count`` times.

    Between two of them the picture goes equally far.
    """
    _EVEN_WALK.check(even_walk)


def _distance(a, b, unit=_unit, sum_over=(3,), power=2):
    differences = np.abs(unit(a) - unit(b)) ** power
    return differences.sum(axis=sum_over).reshape(len(a), -1).mean(axis=1)


def _unit_maps(maps):
    """Whole maps (B, h, w, C) at length 1."""
    return maps / np.linalg.norm(maps.reshape(len(maps), -1), axis=1)[:, None, None, None]


_FEATURES = Exercise(
    oracle=_distance,
    draw=lambda rng: [tuple(rng.uniform(0.1, 2, size=(2, 3, 4, 5, 6)))],
    why=(
        "at each pixel the channels are scaled to length 1; "
        "squares are summed over channels and averaged over pixels."
    ),
    mistakes={
        "the channels are not scaled to length 1 yet: without it a brighter map counts for more": (
            lambda a, b: _distance(a, b, unit=_unchanged)
        ),
        "you average over the channels too; they are summed": (lambda a, b: _distance(a, b) / a.shape[3]),
        "you sum over the pixels; they are averaged, so that the size of the map does not matter": (
            lambda a, b: _distance(a, b) * a.shape[1] * a.shape[2]
        ),
        "the differences are not squared": (lambda a, b: _distance(a, b, power=1)),
        "you scale the whole map to length 1; each pixel is scaled by itself, over its channels": (
            lambda a, b: _distance(a, b, unit=_unit_maps)
        ),
        "you took the root at the end; the distance stays squared": (lambda a, b: np.sqrt(_distance(a, b))),
        "that is one number for the whole batch; give one for each pair": (
            lambda a, b: _distance(a, b).mean()
        ),
    },
)


def check_map_distance(map_distance) -> None:
    """``map_distance(a, b)``: maps (B, h, w, C) of two batches -> squared distances (B,)."""
    _FEATURES.check(map_distance)


def _draw_distances(rng):
    return [
        (np.exp(rng.normal(0, 2, size=101)) * 1e-6, 1e-3),
        (np.exp(rng.normal(0, 1, size=1001)), 0.5),
    ]


def _trimmed(d, low, high):
    return d[(d >= np.percentile(d, low)) & (d <= np.percentile(d, high))].mean()


def _inside(d):
    """The mean without the values that lie exactly at a percentile."""
    return d[(d > np.percentile(d, 1)) & (d < np.percentile(d, 99))].mean()


_SCORE = Exercise(
    oracle=lambda d, epsilon: _trimmed(d, 1, 99) / epsilon**2,
    draw=_draw_distances,
    why="squared distances grow with the square of the step, and a hundredth at either end is left out.",
    mistakes={
        "you divide by epsilon; the distances are squared, so the step must be squared as well": (
            lambda d, e: _trimmed(d, 1, 99) / e
        ),
        "nothing is divided by epsilon squared yet: the score would depend on the step": (
            lambda d, e: _trimmed(d, 1, 99)
        ),
        "the outliers are still in": (lambda d, e: d.mean() / e**2),
        "you leave out the largest only; leave out the smallest hundredth as well": (
            lambda d, e: _trimmed(d, 0, 99) / e**2
        ),
        "values exactly at a percentile stay; leave out only what is below the 1st or above the 99th": (
            lambda d, e: _inside(d) / e**2
        ),
        "you leave out 5 % at either end; the paper leaves out 1 %": (lambda d, e: _trimmed(d, 5, 95) / e**2),
        "you clip the outliers; they are left out": (
            lambda d, e: np.clip(d, *np.percentile(d, [1, 99])).mean() / e**2
        ),
        "that is the median; the score is the mean of what is left": (lambda d, e: np.median(d) / e**2),
    },
)


def check_path_score(path_score) -> None:
    """``path_score(distances, epsilon)``: squared distances (N,) of steps of epsilon -> the path length."""
    _SCORE.check(path_score)


def _over_dimensions(A):
    """Divided by the number of w's dimensions.

    A square A would not show it; half of the length takes its place there.
    """
    if A.shape[0] == A.shape[1]:
        return np.square(A).sum()
    return 2 * np.square(A).sum() / A.shape[1]


_LINEAR = Exercise(
    oracle=lambda A: 2 * np.square(A).sum() / len(A),
    draw=lambda rng: [(rng.normal(size=(7, 4)),), (rng.normal(size=(5, 5)),)],
    why="the difference of two w has variance 2 in each direction, and A carries it to the pixels.",
    mistakes={
        "you forgot that two random w differ by twice the variance of one": (
            lambda A: np.square(A).sum() / len(A)
        ),
        "the squared difference is averaged over the pixels, the rows of A": (
            lambda A: 2 * np.square(A).sum()
        ),
        "you averaged over the entries of A; average over the pixels only, the rows": (
            lambda A: 2 * np.square(A).mean()
        ),
        "the number of w's dimensions is in the wrong place: divide by the number of pixels": (
            _over_dimensions
        ),
        "that is the largest stretch only; all directions count": (
            lambda A: 2 * np.linalg.norm(A, 2) ** 2 / len(A)
        ),
        "you took the root; a path length is a mean of squares, and stays one": (
            lambda A: np.sqrt(2 * np.square(A).sum() / len(A))
        ),
        "the difference is squared: so are the entries of A": (lambda A: 2 * np.abs(A).sum() / len(A)),
    },
)


def check_linear_path_length(linear_path_length) -> None:
    """``linear_path_length(A)``: A (P, D) -> the path length in w, a number.

    The images are A w, of P pixels, with w ~ N(0, I).
    """
    _LINEAR.check(linear_path_length)

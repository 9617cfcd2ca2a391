"""Checks of lesson 12: great circles, distances in features, the trimmed score, a linear generator."""

from __future__ import annotations

import numpy as np

from stylegan_tf import latents
from stylegan_tf.checks.exercise import Exercise


def _unit(v):
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def _circle(a, b, t):
    return np.asarray(latents.slerp(a, b, np.asarray(t)[:, None]))


def _sines(a, b, t, angle_of=np.arccos):
    """The great circle by sines, its angle found by ``angle_of`` from the cosine."""
    angle = angle_of(a @ b)
    t = t[:, None]
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


def _unchanged(value):
    return value


def _in_degrees(cosine):
    return np.degrees(np.arccos(cosine))


def _draw_codes(rng):
    return [(*_unit(rng.normal(size=(2, d))), np.linspace(0, 1, 5)) for d in (3, 16)]


_SLERP = Exercise(
    oracle=_circle,
    draw=_draw_codes,
    why="all codes have length 1, and equal steps of t are equal angles.",
    mistakes={
        "that is the straight line; its middle lies inside the sphere": (
            lambda a, b, t: latents.lerp(a, b, t[:, None])
        ),
        (
            "that is the straight line pushed out to the sphere: the way is right, "
            "but its steps are not equal angles"
        ): (lambda a, b, t: _unit(latents.lerp(a, b, t[:, None]))),
        "your path runs from b to a": (lambda a, b, t: _circle(b, a, t)),
        "your angle is the cosine itself; take the arc cosine of a · b": (
            lambda a, b, t: _sines(a, b, t, _unchanged)
        ),
        "your angle is in degrees; NumPy's sine expects radians": (
            lambda a, b, t: _sines(a, b, t, _in_degrees)
        ),
        "you forgot to divide by the sine of the whole angle": (
            lambda a, b, t: _sines(a, b, t) * np.sin(np.arccos(a @ b))
        ),
        "these are columns: each row must be one code": (lambda a, b, t: _circle(a, b, t).T),
    },
)


def check_great_circle(great_circle) -> None:
    """``great_circle(a, b, t)``: codes (D,) of length 1, t (N,) -> codes (N, D) on the circle from a to b."""
    _SLERP.check(great_circle)


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

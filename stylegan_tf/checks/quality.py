"""Checks of lesson 11: Fréchet distance on a line and in general, FID without its bias, precision."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise


def _line(a, b):
    return (a.mean() - b.mean()) ** 2 + (a.std() - b.std()) ** 2


def _draw_line(rng):
    """Two sets of numbers whose means and spreads differ."""
    a = rng.normal(-1, rng.uniform(0.5, 1), 60)
    b = rng.normal(rng.uniform(1, 3), rng.uniform(2, 3), 40)
    return [(a, b)]


_LINE = Exercise(
    oracle=_line,
    draw=_draw_line,
    why="how far the bell must be moved, and how far it must be widened, both squared.",
    mistakes={
        "the variances are subtracted; subtract the standard deviations, then square": (
            lambda a, b: (a.mean() - b.mean()) ** 2 + (a.var() - b.var()) ** 2
        ),
        "only the means are compared; the spreads differ too": (lambda a, b: (a.mean() - b.mean()) ** 2),
        "the differences are not squared": (lambda a, b: abs(a.mean() - b.mean()) + abs(a.std() - b.std())),
        "the spreads are added; what counts is their difference": (
            lambda a, b: (a.mean() - b.mean()) ** 2 + a.std() ** 2 + b.std() ** 2
        ),
        "you took the root; FID is the squared distance": (lambda a, b: _line(a, b) ** 0.5),
    },
    tolerance=1e-3,
)


def check_frechet_line(frechet_line) -> None:
    """``frechet_line(a, b)``: numbers (N,) and (M,) -> squared Fréchet distance of their normal fits."""
    _LINE.check(frechet_line)


def _root(matrix):
    """Square root of a symmetric matrix without negative eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def _frechet(mean_a, cov_a, mean_b, cov_b, cross=None):
    """The squared distance; ``cross``: the trace of the root of cov_a @ cov_b, if it is given."""
    if cross is None:
        half = _root(cov_b)
        cross = np.trace(_root(half @ cov_a @ half))
    return ((mean_a - mean_b) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * cross


def _draw_normal(rng):
    """A mean (4,) and a covariance (4, 4)."""
    factor = rng.normal(size=(4, 4))
    mean = rng.normal(size=4)
    return mean, factor @ factor.T + 0.1 * np.eye(4)


def _draw_normals(rng):
    return [(*_draw_normal(rng), *_draw_normal(rng)) for _ in range(2)]


_FRECHET = Exercise(
    oracle=_frechet,
    draw=_draw_normals,
    why="on a line this is the formula of exercise 1, and it does not change when the axes are turned.",
    mistakes={
        "you took the root of each number of the product; a matrix root R has R @ R = the matrix": (
            lambda ma, a, mb, b: _frechet(ma, a, mb, b, cross=np.trace(np.sqrt(np.maximum(a @ b, 0))))
        ),
        "only the diagonals count here (or `*` is written for `@`): the features' correlations are missing": (
            lambda ma, a, mb, b: _frechet(ma, a, mb, b, cross=np.sqrt(np.diag(a) * np.diag(b)).sum())
        ),
        "the product of the roots is not the root of the product; take the root of the product": (
            lambda ma, a, mb, b: _frechet(ma, a, mb, b, cross=np.trace(_root(a) @ _root(b)))
        ),
        "the factor 2 before the root is missing": (
            lambda ma, a, mb, b: (_frechet(ma, a, mb, b) + _frechet(ma, a, mb, b, cross=0.0)) / 2
        ),
        "the distance of the means must be squared": (
            lambda ma, a, mb, b: _frechet(ma, a, ma, b) + np.sqrt(((ma - mb) ** 2).sum())
        ),
        "the differences of the means are not squared": (
            lambda ma, a, mb, b: _frechet(ma, a, ma, b) + np.abs(ma - mb).sum()
        ),
        "the root is not subtracted: two equal sets would be far apart": (
            lambda ma, a, mb, b: _frechet(ma, a, mb, b, cross=0.0)
        ),
        "the distance of the means is missing": (lambda ma, a, mb, b: _frechet(ma, a, ma, b)),
    },
)


def check_frechet(frechet) -> None:
    """``frechet(mean_a, cov_a, mean_b, cov_b)``: (F,), (F, F), (F,), (F, F) -> squared Fréchet distance."""
    _FRECHET.check(frechet)


def _draw_counts(rng):
    counts = np.array([200.0, 300.0, 500.0, 1000.0, 2500.0])
    return [(counts, 3 + 1500 / counts + 0.05 * rng.normal(size=5))]


_INFINITY = Exercise(
    oracle=lambda counts, values: np.polyfit(1 / counts, values, 1)[1],
    draw=_draw_counts,
    why="against 1/n the values lie on a line, and 1/n = 0 means infinitely many images.",
    mistakes={
        "the line goes through (n, FID); take 1/n on the axis, which reaches 0": (
            lambda n, v: np.polyfit(n, v, 1)[1]
        ),
        "that is the slope; give the value where the line meets 1/n = 0": (
            lambda n, v: np.polyfit(1 / n, v, 1)[0]
        ),
        "that is the FID of the largest n; it still has a bias": (lambda n, v: v[-1]),
        "that is the mean; small n pull it up": (lambda n, v: v.mean()),
        "the axis is 1/sqrt(n), against which FID is not a straight line": (
            lambda n, v: np.polyfit(n**-0.5, v, 1)[1]
        ),
    },
    tolerance=1e-3,
)


def check_fid_at_infinity(fid_at_infinity) -> None:
    """``fid_at_infinity(counts, values)``: FIDs of n images -> that of endless ones, by a line in 1/n."""
    _INFINITY.check(fid_at_infinity)


def _distances(a, b):
    return np.linalg.norm(a[:, None] - b[None], axis=-1)


def _nearest(real, fake, radii):
    distances = _distances(fake, real)
    nearest = distances.argmin(axis=1)
    return np.mean(distances[np.arange(len(fake)), nearest] <= radii[nearest])


def _draw_balls(rng):
    """Loose and crowded reals: the nearest real often has too small a ball, while a farther one reaches."""
    trials = []
    for scale in (0.3, 3.0):
        loose = rng.normal(size=(30, 2))
        crowded = 0.3 * rng.normal(size=(30, 2)) + 1.0
        real = scale * np.concatenate([loose, crowded])
        radii = np.sort(_distances(real, real), axis=1)[:, 3]
        fake = scale * rng.normal(0.3, 1.3, (80, 2))
        trials.append((real, fake, radii))
    return trials


_PRECISION = Exercise(
    oracle=lambda real, fake, radii: (_distances(fake, real) <= radii).any(axis=1).mean(),
    draw=_draw_balls,
    why=(
        "a generated image passes if it lies in the ball of any real one; precision is the share that passes."
    ),
    mistakes={
        "that is the share of reals whose ball holds a fake; precision counts the fakes": (
            lambda real, fake, radii: (_distances(fake, real) <= radii).any(axis=0).mean()
        ),
        "only the ball of the nearest real is looked at; one of any real is enough": _nearest,
        "a fake must lie in all balls at once here; one is enough": (
            lambda real, fake, radii: (_distances(fake, real) <= radii).all(axis=1).mean()
        ),
        "squared distances are compared with radii that are not squared": (
            lambda real, fake, radii: (_distances(fake, real) ** 2 <= radii).any(axis=1).mean()
        ),
        (
            "that is the mean number of balls around a fake, as density has it; "
            "count the fakes that lie in one ball or more"
        ): (lambda real, fake, radii: (_distances(fake, real) <= radii).sum(axis=1).mean()),
        "that is the number of fakes that pass; divide by how many there are": (
            lambda real, fake, radii: (_distances(fake, real) <= radii).any(axis=1).sum()
        ),
        "that is the share of fakes that fail": (
            lambda real, fake, radii: 1 - (_distances(fake, real) <= radii).any(axis=1).mean()
        ),
    },
)


def check_precision(precision) -> None:
    """``precision(real, fake, radii)``: -> the share of fakes that lie in one ball or more.

    Features of reals (N, F) and fakes (M, F); a radius for each real (N,).
    """
    _PRECISION.check(precision)

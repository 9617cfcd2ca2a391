"""Lesson 11: wrong answers are caught and named; right answers written differently pass."""

import numpy as np
import scipy.linalg
import scipy.spatial.distance
import scipy.stats

import stylegan_tf as sg
from stylegan_tf import metrics
from stylegan_tf.checks import quality


def by_scipy(mean_a, cov_a, mean_b, cov_b):
    root = scipy.linalg.sqrtm(cov_a @ cov_b).real
    return np.linalg.norm(mean_a - mean_b) ** 2 + np.trace(cov_a + cov_b - 2 * root)


def by_eigenvalues(mean_a, cov_a, mean_b, cov_b):
    values = np.linalg.eigvals(cov_a @ cov_b).real
    return ((mean_a - mean_b) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * np.sqrt(values).sum()


def with_cross(cross):
    return lambda ma, a, mb, b: np.sum((ma - mb) ** 2) + np.trace(a) + np.trace(b) - cross(a, b)


def roots(a):
    return scipy.linalg.sqrtm(a).real


def inside(real, fake, radii):
    return scipy.spatial.distance.cdist(fake, real) <= radii


def nearest_only(real, fake, radii):
    hits = 0
    for point in fake:
        away = np.linalg.norm(real - point, axis=1)
        hits += away.min() <= radii[away.argmin()]
    return hits / len(fake)


LINE, FRECHET = sg.checks.check_frechet_line, sg.checks.check_frechet
INFINITY, PRECISION = sg.checks.check_fid_at_infinity, sg.checks.check_precision
WRONG = [
    (LINE, lambda a, b: (a.mean() - b.mean()) ** 2 + (a.var() - b.var()) ** 2, "variances"),
    (LINE, lambda a, b: np.square(a.mean() - b.mean()), "only the means"),
    (LINE, lambda a, b: abs(a.mean() - b.mean()) + abs(a.std() - b.std()), "not squared"),
    (LINE, lambda a, b: (a.mean() - b.mean()) ** 2 + a.var() + b.var(), "spreads are added"),
    (LINE, lambda a, b: np.hypot(a.mean() - b.mean(), a.std() - b.std()), "took the root"),
    (LINE, lambda a, b: 0.0, "off by"),
    (LINE, lambda a, b: a - b, "ValueError"),
    (FRECHET, with_cross(lambda a, b: 2 * np.sqrt(np.clip(a @ b, 0, None)).trace()), "root of each number"),
    (FRECHET, with_cross(lambda a, b: 2 * np.sqrt(np.diag(a) * np.diag(b)).sum()), "diagonals"),
    (FRECHET, with_cross(lambda a, b: 2 * np.trace(roots(a) @ roots(b))), "root of the product"),
    (FRECHET, with_cross(lambda a, b: roots(a @ b).trace()), "factor 2"),
    (FRECHET, lambda ma, a, mb, b: by_scipy(ma, a, ma, b) + np.linalg.norm(ma - mb), "must be squared"),
    (FRECHET, lambda ma, a, mb, b: by_scipy(ma, a, ma, b) + np.abs(ma - mb).sum(), "are not squared"),
    (FRECHET, with_cross(lambda a, b: 0), "not subtracted"),
    (FRECHET, lambda ma, a, mb, b: by_scipy(ma, a, ma, b), "means is missing"),
    (FRECHET, lambda ma, a, mb, b: ma - mb, "shape"),
    (INFINITY, lambda n, v: np.polyfit(n, v, 1)[1], "1/n on the axis"),
    (INFINITY, lambda n, v: scipy.stats.linregress(1 / n, v).slope, "the slope"),
    (INFINITY, lambda n, v: v[n.argmax()], "largest n"),
    (INFINITY, lambda n, v: np.mean(v), "small n pull"),
    (INFINITY, lambda n, v: np.polyfit(1 / np.sqrt(n), v, 1)[1], "sqrt"),
    (INFINITY, lambda n, v: v.min() / 2, "off by"),
    (PRECISION, lambda r, f, radii: inside(r, f, radii).any(axis=0).mean(), "counts the fakes"),
    (PRECISION, nearest_only, "nearest real"),
    (PRECISION, lambda r, f, radii: inside(r, f, radii).all(axis=1).mean(), "all balls"),
    (PRECISION, lambda r, f, radii: inside(r, f, np.sqrt(radii)).any(axis=1).mean(), "not squared"),
    (PRECISION, lambda r, f, radii: inside(r, f, radii).sum() / len(f), "density"),
    (PRECISION, lambda r, f, radii: inside(r, f, radii).any(axis=1).sum(), "divide"),
    (PRECISION, lambda r, f, radii: (~inside(r, f, radii)).all(axis=1).mean(), "fakes that fail"),
    (PRECISION, lambda r, f, radii: 0.5, "off by"),
]


def precision_by_loops(real, fake, radii):
    passed = [
        any(np.linalg.norm(f - r) <= radius for r, radius in zip(real, radii, strict=True)) for f in fake
    ]
    return sum(passed) / len(passed)


RIGHT = [
    (LINE, lambda a, b: (a.mean() - b.mean()) ** 2 + a.var() + b.var() - 2 * a.std() * b.std()),
    (LINE, lambda a, b: abs(complex(a.mean() - b.mean(), a.std() - b.std())) ** 2),
    (FRECHET, by_scipy),
    (FRECHET, by_eigenvalues),
    (INFINITY, lambda n, v: scipy.stats.linregress(1 / n, v).intercept),
    (INFINITY, lambda n, v: np.linalg.lstsq(np.stack([np.ones_like(n), 1 / n], axis=1), v, rcond=None)[0][0]),
    (PRECISION, lambda r, f, radii: 1 - (inside(r, f, radii).sum(axis=1) == 0).mean()),
    (PRECISION, precision_by_loops),
]


def test_the_oracle_of_the_distance_is_the_fid_of_the_package():
    a, b = np.random.default_rng(0).normal(size=(2, 200, 4)) * np.array([1, 2, 0.5, 1])
    b = b @ np.diag([1, 1, 3, 1]) + 1
    expected = metrics.fid(a, b)
    given = (a.mean(axis=0), np.cov(a.T), b.mean(axis=0), np.cov(b.T))
    np.testing.assert_allclose(quality._FRECHET.oracle(*given), expected, rtol=1e-6)


def test_the_oracle_of_precision_is_that_of_the_package():
    real, fake, radii = quality._PRECISION.draw(np.random.default_rng(3))[0]
    assert quality._PRECISION.oracle(real, fake, radii) == metrics.precision_recall(real, fake, k=3).precision

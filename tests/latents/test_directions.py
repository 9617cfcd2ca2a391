import sys

import numpy as np
import pytest

from stylegan_tf import latents

N, D = 40_000, 16
ERROR = 2 / np.sqrt(N)  # of a difference of means of two halves, per deviation of the noise
U, V = np.eye(D)[:2]
KNOWN = np.random.default_rng(9).normal(size=D)
KNOWN /= np.linalg.norm(KNOWN)


def contaminated(rho, beta=1.0, seed=0):
    """w = a u + beta b v + N(0, 1), of two factors +-1 with correlation rho; (w, a > 0, b > 0)."""
    rng = np.random.default_rng(seed)
    a = rng.choice([-1, 1], N)
    b = np.where(rng.random(N) < (1 + rho) / 2, a, -a)
    w = np.outer(a, U) + beta * np.outer(b, V) + rng.normal(size=(N, D))
    return w, a > 0, b > 0


def leak(direction):
    """Part along v for each part along u."""
    return direction @ V / (direction @ U)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.7, -0.5])
@pytest.mark.parametrize("beta", [1.0, 2.0])
def test_plain_means_leak_by_the_correlation(rho, beta):
    w, a, _ = contaminated(rho, beta)
    assert leak(latents.direction(w, a)) == pytest.approx(rho * beta, abs=4 * ERROR * (1 + beta))


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.7, -0.5])
@pytest.mark.parametrize("method", ["balanced", "regression"])
def test_balanced_means_and_regression_do_not_leak(method, rho):
    w, a, b = contaminated(rho)
    # cells of unequal size: the error grows by 1 / sqrt(1 - rho^2)
    assert leak(latents.direction(w, a, method, b)) == pytest.approx(0, abs=4 * ERROR / np.sqrt(1 - rho**2))


def test_regression_without_others_leaks_as_means_do():
    w, a, _ = contaminated(0.7)
    np.testing.assert_allclose(latents.direction(w, a, "regression"), latents.direction(w, a), atol=1e-6)


def test_balanced_means_are_the_average_over_all_cells_of_several_others():
    rng = np.random.default_rng(3)
    w, a, others = rng.normal(size=(400, 3)), rng.random(400) < 0.4, rng.random((400, 2)) < 0.5
    cells = [(others == cell).all(axis=1) for cell in ([0, 0], [0, 1], [1, 0], [1, 1])]
    mean = np.mean([w[c & a].mean(axis=0) - w[c & ~a].mean(axis=0) for c in cells], axis=0)
    found = latents.direction(w, a, "balanced", others)
    np.testing.assert_allclose(found, mean / np.linalg.norm(mean), atol=1e-6)


def test_slopes_of_numbers_that_make_the_latents_are_exact():
    rng = np.random.default_rng(4)
    first = rng.normal(size=500)
    second, third = 0.8 * first + rng.normal(size=500), rng.normal(size=500)
    w = np.outer(first, KNOWN) + np.outer(second, V) - np.outer(third, U) + 5
    found = latents.direction(w, first, "regression", np.stack([second, third], axis=1))
    np.testing.assert_allclose(found, KNOWN, atol=1e-6)


@pytest.mark.parametrize("method", ["svm", "logistic"])
def test_a_classifier_finds_the_known_normal_where_means_are_bent_by_the_spread(method):
    """Latents of covariance S, cut by a plane: the difference of means is S n, not n."""
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(5)
    spread = np.linspace(0.3, 2.0, D)
    w = rng.normal(size=(10_000, D)) * spread
    attribute = w @ KNOWN > 0.5
    assert latents.direction(w, attribute, method) @ KNOWN > 0.999
    bent = spread**2 * KNOWN / np.linalg.norm(spread**2 * KNOWN)
    means = latents.direction(w, attribute)
    assert means @ bent > 0.999 and means @ KNOWN < 0.9


@pytest.mark.parametrize("method", ["means", "balanced", "regression", "svm", "logistic"])
def test_a_direction_has_length_one_points_to_more_and_knows_its_deviation(method):
    if method in ("svm", "logistic"):
        pytest.importorskip("sklearn")
    rng = np.random.default_rng(6)
    w = rng.normal(size=(5000, D)) * 3 + 7
    attribute, others = (w - 7) @ KNOWN > 0, rng.random(5000) < 0.5
    found = latents.direction(w, attribute, method, others if method == "balanced" else None)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-6)
    assert found @ KNOWN > 0.95
    assert found.deviation == pytest.approx(np.std(w @ found), rel=1e-5)


def test_what_is_computed_from_a_direction_is_an_ordinary_array():
    direction = latents.Direction([3, 4], deviation=2)
    np.testing.assert_allclose(direction, [0.6, 0.8], atol=1e-7)
    assert type(2 * direction) is np.ndarray and not hasattr(direction + 1, "deviation")


def test_conditional_direction_is_free_of_all_others_even_oblique_ones():
    rng = np.random.default_rng(7)
    target, first = rng.normal(size=D), rng.normal(size=D)
    second = first + 0.1 * rng.normal(size=D)
    w = rng.normal(size=(100, D))
    found = latents.conditional(target, [first, second], w)
    np.testing.assert_allclose([found @ first, found @ second], 0, atol=1e-5)
    residual = (
        target
        - np.stack([first, second], 1) @ np.linalg.lstsq(np.stack([first, second], 1), target, rcond=None)[0]
    )
    np.testing.assert_allclose(found, residual / np.linalg.norm(residual), atol=1e-5)
    assert found.deviation == pytest.approx(np.std(w @ found), rel=1e-5)


def test_conditional_projection_takes_the_leak_out_of_contaminated_means():
    w, a, b = contaminated(0.7)
    truth_b = latents.direction(w, b, "balanced", a)
    found = latents.conditional(latents.direction(w, a), [truth_b], w)
    assert leak(found) == pytest.approx(0, abs=4 * ERROR / np.sqrt(1 - 0.7**2))


def test_nothing_left_is_told():
    with pytest.raises(ValueError, match="lies in the span of the 2 others"):
        latents.conditional(U + V, [U, V], np.eye(D))


def test_a_cell_with_one_class_is_left_out_with_a_warning():
    w, a, b = np.random.default_rng(8).normal(size=(100, 4)), np.arange(100) % 2 == 0, np.arange(100) // 40
    a[80:] = True
    with pytest.warns(UserWarning, match="1 of 3 cells have one class only: 20 latents are left out"):
        found = latents.direction(w, a, "balanced", b)
    np.testing.assert_allclose(found, latents.direction(w[:80], a[:80], "balanced", b[:80]), atol=1e-7)


BOOLEAN = np.arange(10) % 2 == 0
REFUSED = {
    "shapes": (dict(attribute=BOOLEAN[:9]), "the shapes must be"),
    "method": (dict(method="mean"), "no method 'mean'; choose from means, balanced"),
    "numbers": (
        dict(attribute=np.arange(10.0)),
        "needs booleans, and attribute has 10 values; compare it with a threshold",
    ),
    "one class": (dict(attribute=np.ones(10, bool)), "all 10 latents have attribute True"),
    "not finite": (
        dict(attribute=np.full(10, np.nan), method="regression"),
        "attribute has 10 values that are not finite",
    ),
    "no others": (dict(method="balanced"), "was given no others"),
    "useless others": (dict(others=BOOLEAN), "was given others"),
    "cells": (
        dict(method="balanced", others=np.arange(10)),
        "10 of 10 latents are in cells of others with one class only",
    ),
    "collinear": (dict(method="regression", others=~BOOLEAN), "follows from the rest"),
    "constant": (dict(attribute=np.ones(10), method="regression"), "is constant"),
    "no effect": (dict(latents=np.ones((10, 3))), "does not change the latents"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_gives_no_direction_is_told(case):
    given, message = REFUSED[case]
    usual = dict(latents=np.random.default_rng(0).normal(size=(10, 3)), attribute=BOOLEAN)
    with pytest.raises(ValueError, match=message):
        latents.direction(**usual | given)


def test_missing_scikit_learn_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.svm", None)
    with pytest.raises(ImportError, match="pip install scikit-learn"):
        latents.direction(np.eye(4), np.arange(4) > 1, "svm")

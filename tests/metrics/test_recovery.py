import numpy as np
import pytest

from stylegan_tf.metrics.recovery import combination_share, factor_recovery


def test_linear_factors_are_recovered_by_the_line_exactly():
    pytest.importorskip("sklearn")
    w = np.random.default_rng(0).normal(size=(2000, 8))
    found = factor_recovery(w, {"first": w @ np.arange(8) + 3})["first"]
    assert found["linear"] == pytest.approx(1)
    assert found["neighbours"] < 0.9


def test_a_warped_factor_is_recovered_by_neighbours_and_not_by_the_line():
    pytest.importorskip("sklearn")
    w = np.random.default_rng(1).normal(size=(4000, 2))
    found = factor_recovery(w, {"radius": np.linalg.norm(w, axis=1)})["radius"]
    assert found["neighbours"] > 0.95
    assert abs(found["linear"]) < 0.05


def test_line_recovers_the_share_of_variance_that_is_not_noise():
    """R^2 of y = x + N(0, 1), x ~ N(0, 2^2): 4 / 5; the standard error is about 2 sqrt(R^2 / N) (1 - R^2)."""
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(2)
    w = rng.normal(size=(20_000, 3)) * 2
    found = factor_recovery(w, {"noisy": w[:, 0] + rng.normal(size=20_000)})["noisy"]
    assert found["linear"] == pytest.approx(0.8, abs=4 * 2 * np.sqrt(0.8 / 5000) * 0.2)


def test_a_factor_that_is_not_there_is_not_recovered():
    """Scored on held-out latents: a fit to its own latents would find some."""
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(3)
    found = factor_recovery(rng.normal(size=(300, 50)), {"chance": rng.normal(size=300)}, neighbours=1)[
        "chance"
    ]
    assert found["linear"] < 0 and found["neighbours"] < 0


@pytest.mark.parametrize(
    "latents, factor, message",
    [((50, 60), 50, "50 latents leave 38 to learn from"), ((500, 3), 499, "expected are 500 finite numbers")],
)
def test_what_cannot_be_recovered_is_told(latents, factor, message):
    pytest.importorskip("sklearn")
    with pytest.raises(ValueError, match=message):
        factor_recovery(np.zeros(latents), {"x": np.zeros(factor)})


READINGS = {
    "glasses": np.array([0.9, 0.8, 0.1, 0.7, 0.2, 0.1, 0.6, 0.0]),
    "hair": np.eye(3)[[0, 1, 2, 2, 2, 0, 1, 1]],
    "yaw": np.arange(8.0),
}


def test_share_of_a_combination_is_counted():
    found = combination_share(READINGS, {"glasses": (0.5, 1), "hair": 1})
    assert found["share"] == 2 / 8
    assert found["independent"] == 4 / 8 * 3 / 8
    assert found["standard_error"] == pytest.approx(np.sqrt(0.25 * 0.75 / 8))


def test_share_of_an_untouched_combination_is_that_of_independence():
    rng, count = np.random.default_rng(4), 100_000
    readings = {"a": rng.random(count), "b": rng.normal(size=count)}
    found = combination_share(readings, {"a": (0.5, 1), "b": (1, np.inf)})
    assert found["share"] == pytest.approx(found["independent"], abs=4 * found["standard_error"])


def test_a_hole_has_no_share_though_its_factors_have():
    rng = np.random.default_rng(5)
    a, b = rng.random((2, 10_000))
    kept = (a < 0.5) | (b < 0.5)
    found = combination_share({"a": a[kept], "b": b[kept]}, {"a": (0.5, 1), "b": (0.5, 1)})
    assert found["share"] == 0 and found["independent"] == pytest.approx(1 / 9, abs=0.01)


@pytest.mark.parametrize(
    "combination, message",
    [
        ({}, "is empty"),
        ({"beard": 1}, "no factor 'beard'; the readings have glasses, hair, yaw"),
        ({"hair": (0, 1)}, "expected is a class number"),
        ({"yaw": 1}, r"expected is \(low, high\)"),
    ],
)
def test_a_combination_that_cannot_be_counted_is_told(combination, message):
    with pytest.raises(ValueError, match=message):
        combination_share(READINGS, combination)

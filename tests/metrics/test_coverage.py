import numpy as np
import pytest

from stylegan_tf.metrics import coverage, density_coverage, precision_recall


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def brute(real, fake, k):
    """By the definitions, one pair at a time."""

    def reach(x):
        return [sorted(np.sum((x - row) ** 2, axis=1))[k] for row in x]  # the row itself comes first

    def within(points, centres):
        return np.array(
            [
                [np.sum((p - c) ** 2) <= r for c, r in zip(centres, reach(centres), strict=True)]
                for p in points
            ]
        )

    fakes_in_reals, reals_in_fakes = within(fake, real), within(real, fake)
    return (
        fakes_in_reals.any(axis=1).mean(),
        reals_in_fakes.any(axis=1).mean(),
        fakes_in_reals.sum() / (k * len(fake)),
        fakes_in_reals.any(axis=0).mean(),
    )


@pytest.mark.parametrize("rows", [7, 1000])
def test_all_four_equal_their_definitions(monkeypatch, rows):
    monkeypatch.setattr(coverage, "ROWS", rows)
    real, fake = draw(60, 3), draw(50, 3, seed=1) * 0.7 + 0.4
    found = (*precision_recall(real, fake, k=3), *density_coverage(real, fake, k=3))
    assert found == pytest.approx(brute(real, fake, 3))
    assert 0.2 < found[1] < found[0] < 1  # a narrower set: more of it looks real, less of the real is reached


def test_a_set_is_wholly_precise_and_complete_against_itself():
    x = draw(200, 4)
    assert precision_recall(x, x) == (1, 1)
    assert density_coverage(x, x).coverage == 1


def test_sets_far_apart_share_nothing():
    x = draw(50, 4)
    assert precision_recall(x, x + 100) == (0, 0)
    assert density_coverage(x, x + 100) == (0, 0)


def test_a_dropped_class_costs_recall_and_coverage_alone():
    """Two far clusters, the fakes in one of them."""
    real, fake = np.concatenate([draw(300, 2), draw(300, 2, seed=1) + 50]), draw(600, 2, seed=2)
    precision, recall = precision_recall(real, fake)
    assert precision > 0.9 and recall == pytest.approx(0.5, abs=0.03)
    assert density_coverage(real, fake).coverage == pytest.approx(0.5, abs=0.03)


def test_density_of_one_distribution_is_one():
    """Naeem et al.: its expectation is 1 for equal distributions."""
    found = density_coverage(draw(2000, 3), draw(2000, 3, seed=1))
    assert found.density == pytest.approx(1, abs=0.05)


def test_too_few_rows_for_k_neighbours_are_told():
    with pytest.raises(ValueError, match="N of 4 or more"):
        precision_recall(draw(3, 2), draw(9, 2))

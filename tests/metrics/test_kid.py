import numpy as np
import pytest

from stylegan_tf.metrics import fid, floor, kid


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_kid_of_small_sets_is_the_sum_over_all_pairs():
    """Written out: the mean of the kernel over pairs of different rows within a set, and over all pairs
    between sets.
    """
    a, b = draw(5, 3), draw(7, 3, seed=1)[:5] + 0.5

    def k(x, y):
        return (x @ y / 3 + 1) ** 3

    within = [np.mean([k(x[i], x[j]) for i in range(5) for j in range(5) if i != j]) for x in (a, b)]
    between = np.mean([k(x, y) for x in a for y in b])
    assert kid(a, b).mean == pytest.approx(sum(within) - 2 * between, rel=1e-12)


def test_kid_has_no_bias():
    """Two sets of one distribution: the mean is zero within its error, where FID is far from zero."""
    values = [kid(draw(30, 4, seed=2 * i), draw(30, 4, seed=2 * i + 1), subsets=1).mean for i in range(400)]
    assert abs(np.mean(values)) < 3 * np.std(values) / 20
    assert fid(draw(30, 4), draw(30, 4, seed=1)) > 0.2


def test_kid_of_shifted_sets_is_the_closed_form():
    """One dimension, N(0, 1) and N(m, 1): E k = 1 + 3 mu^2 + ... of the moments of x y."""
    m, n = 1.0, 50_000
    a, b = draw(n, 1), draw(n, 1, seed=1) + m

    def expected(p, q):
        """E (xy + 1)^3 for independent x, y of means p and q and variance 1."""
        one, two, three = (lambda t: t), (lambda t: t**2 + 1), (lambda t: t**3 + 3 * t)
        return 1 + 3 * one(p) * one(q) + 3 * two(p) * two(q) + three(p) * three(q)

    closed = expected(0, 0) + expected(m, m) - 2 * expected(0, m)
    found = kid(a, b, subset_size=500, subsets=100)
    assert found.mean == pytest.approx(closed, abs=4 * found.standard_deviation / np.sqrt(100))


def test_subsets_are_those_of_the_seed():
    a, b = draw(50, 3), draw(50, 3, seed=1)
    assert kid(a, b, 10, 5, seed=3) == kid(a, b, 10, 5, seed=3) != kid(a, b, 10, 5, seed=4)


@pytest.mark.parametrize(
    ("a", "b", "message"), [((1, 3), (9, 3), "N of 2"), ((9, 3), (9, 4), "lengths 3 and 4")]
)
def test_kid_refuses_what_it_cannot_compare(a, b, message):
    with pytest.raises(ValueError, match=message):
        kid(np.zeros(a), np.zeros(b))


def test_floor_compares_two_halves_that_share_no_row():
    seen = []
    floor(lambda a, b: seen.append((a, b)) or 0, np.arange(11)[:, None], splits=3)
    assert len({tuple(a[:, 0]) for a, _ in seen}) == 3
    for a, b in seen:
        assert sorted([*a[:, 0], *b[:, 0]]) == list(range(11))
        assert (len(a), len(b)) == (6, 5)


def test_floor_is_the_mean_over_the_splits():
    x, values = draw(40, 2), []
    found = floor(lambda a, b: values.append((a.mean() - b.mean(), a.sum())) or values[-1], x, splits=4)
    assert found == pytest.approx(np.mean(values, axis=0))
    assert np.std(values, axis=0).min() > 0.01

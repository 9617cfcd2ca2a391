import numpy as np
import pytest

from stylegan_tf.data.toyfaces.factors import FACTORS, NAMES, factor_table, pearson, sample_factors

COUNT = 20_000
GOLDEN = [
    [-19.471111, -6.9063988, -13.770794, 0.016527636, 4, 1, 3, 1, 1, 0.65244001, 4, 0],
    [-4.1251154, -13.992433, 6.8896632, 0.17565562, 4, 1, 1, 0, 0, -0.7475211, 3, 3],
    [22.67782, -3.4896734, 14.916298, 0.98083532, 3, 1, 3, 0, 0, 0.91108108, 2, 1],
]
PAIRS = [("glasses", "moustache"), ("yaw", "smile"), ("skin", "glasses"), ("hair_length", "roll")]


def column(factors, name):
    return factors[:, NAMES.index(name)]


@pytest.mark.parametrize(
    "dials",
    [{}, {"rho": 0.8}, {"rho": -0.7, "pair": ("smile", "glasses")}, {"rho": 1.0, "pair": ("yaw", "skin")}],
)
def test_every_factor_is_evenly_spread_whatever_rho(dials):
    factors = sample_factors(COUNT, seed=1, **dials)
    for factor, values in zip(FACTORS, factors.T, strict=True):
        bins = len(factor.values) or 8
        edges = (
            np.linspace(factor.low, factor.high, bins + 1) if not factor.values else np.arange(bins + 1) - 0.5
        )
        shares = np.histogram(values, edges)[0] / COUNT
        np.testing.assert_allclose(
            shares, 1 / bins, atol=4.5 * np.sqrt((1 / bins) * (1 - 1 / bins) / COUNT), err_msg=factor.name
        )


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("rho", [-0.86, -0.4, 0.0, 0.3, 0.6, 0.86])
def test_rho_is_the_correlation_that_comes_out(pair, rho):
    """The standard error of r is at most 1 / sqrt(20,000) = 0.007."""
    factors = sample_factors(COUNT, seed=2, rho=rho, pair=pair)
    assert np.corrcoef(column(factors, pair[0]), column(factors, pair[1]))[0, 1] == pytest.approx(
        rho, abs=0.028
    )
    assert pearson(factors, pair) == np.corrcoef(column(factors, pair[0]), column(factors, pair[1]))[0, 1]


@pytest.mark.parametrize("rho", [-1, 1])
@pytest.mark.parametrize("pair", PAIRS[:2])
def test_full_correlation_makes_one_factor_of_two(pair, rho):
    assert pearson(sample_factors(500, rho=rho, pair=pair), pair) == pytest.approx(rho, abs=1e-5)


def test_rho_leaves_all_other_pairs_uncorrelated():
    factors = sample_factors(COUNT, seed=3, rho=0.9)
    correlations = np.corrcoef(factors.T) - np.eye(len(FACTORS))
    pair = NAMES.index("glasses"), NAMES.index("moustache")
    correlations[pair] = correlations[pair[::-1]] = 0
    assert np.abs(correlations).max() < 0.032


def test_rho_changes_nothing_but_the_second_of_the_pair():
    plain, tied = sample_factors(300, seed=4), sample_factors(300, seed=4, rho=0.7)
    changed = np.flatnonzero((plain != tied).any(axis=0))
    assert changed.tolist() == [NAMES.index("moustache")]


@pytest.mark.parametrize("hole", [0.0, 0.5, 0.8, 1.0])
@pytest.mark.parametrize(
    "combination, share",
    [
        ({"moustache": "yes", "hair_length": "long"}, 1 / 4),
        ({"hair_colour": "red"}, 1 / 5),
        ({"smile": (0, 1), "glasses": 0}, 1 / 4),
    ],
)
def test_hole_removes_its_share_of_the_combination(hole, combination, share):
    factors = sample_factors(COUNT, seed=5, hole=hole, combination=combination)
    inside = np.ones(COUNT, bool)
    for name, wanted in combination.items():
        values = FACTORS[NAMES.index(name)].values
        low, high = (
            wanted
            if isinstance(wanted, tuple)
            else [values.index(wanted) if wanted in values else wanted] * 2
        )
        inside &= (low <= column(factors, name)) & (column(factors, name) <= high)
    expected = share * (1 - hole) / (1 - share * hole)
    assert inside.mean() == pytest.approx(expected, abs=4.5 * np.sqrt(expected / COUNT))


def test_hole_leaves_the_rest_as_it_was():
    """Of the other three corners each has a third, and other factors are even in each."""
    factors = sample_factors(COUNT, seed=6, hole=1.0)
    corner = 2 * column(factors, "moustache") + column(factors, "hair_length")
    np.testing.assert_allclose(
        np.bincount(corner.astype(int), minlength=4) / COUNT, [1 / 3, 1 / 3, 1 / 3, 0], atol=0.015
    )
    assert [column(factors, "glasses")[corner == i].mean() for i in range(3)] == pytest.approx(
        [0.5] * 3, abs=0.03
    )


def test_draws_of_a_seed_are_these_numbers():
    """Made by this code with NumPy 2.4; NumPy keeps the streams of default_rng."""
    first = sample_factors(3, seed=0, rho=0.5, pair=("yaw", "smile"), hole=0.5)
    np.testing.assert_allclose(first, GOLDEN, rtol=1e-5)
    assert not np.array_equal(first, sample_factors(3, seed=1, rho=0.5, pair=("yaw", "smile"), hole=0.5))


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"pair": ("glasses", "beard")}, "no factor 'beard'; choose from yaw, pitch"),
        ({"pair": ("glasses", "shirt")}, "shirt is categorical"),
        ({"pair": ("yaw", "yaw")}, "two different"),
        ({"rho": 1.2}, r"rho is 1.2; a binary and a binary factor reach -1.000 to 1.000"),
        ({"rho": float("nan")}, "rho is nan"),
        ({"rho": 0.9, "pair": ("yaw", "glasses")}, "reach -0.866 to 0.866"),
        ({"hole": 1.5}, "share from 0 to 1"),
        ({"hole": 1, "combination": {"yaw": (-40, 40)}}, "no face outside"),
        ({"combination": {}}, "combination is empty"),
        ({"combination": {"hat": 1}}, "no factor 'hat'"),
        ({"combination": {"hair_colour": "green"}}, "it must be one of black, brown, red"),
        ({"combination": {"glasses": 2}}, "it must be one of no, yes"),
        ({"combination": {"smile": 0.5}}, r"it must be \(low, high\) within -1 to 1"),
        ({"count": 0}, "1 face or more"),
    ],
)
def test_impossible_draws_are_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        sample_factors(**({"count": 10} | arguments))


def test_table_has_every_factor_with_its_range():
    rows = factor_table().splitlines()[2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == list(NAMES)
    for factor, row in zip(FACTORS, rows, strict=True):
        assert all(value in row for value in factor.values or (f"{factor.low:g} to {factor.high:g}",))

import statistics

import numpy as np
import pytest
from scipy import stats

from stylegan_tf.ablation.comparison import Verdict, compare, means, with_error


def test_with_equal_means_and_spreads_the_interval_is_students_of_two_samples():
    a, b = [8.0, 10.0, 12.0], [12.0, 8.5, 9.5]
    b = [10 + 2 * (value - 10) / statistics.stdev(b) for value in b]
    found, degrees = means({"a": a, "b": b}, {"a": [0] * 3, "b": [0] * 3})
    interval = stats.ttest_ind(b, a).confidence_interval(0.95)
    verdict = compare(found["a"], found["b"], degrees)
    assert (
        verdict.difference - verdict.half_width,
        verdict.difference + verdict.half_width,
    ) == pytest.approx(tuple(interval))


def test_the_error_of_a_mean_is_the_largest_of_three():
    """By its own seeds for a, by the spread of all for b, by the metric for c."""
    values = {"a": [5.0, 15.0], "b": [99.0, 101.0], "c": [20.0, 20.0]}
    found, degrees = means(values, {"a": [0.1, 0.1], "b": [1.0, 1.0], "c": [90.0, 120.0]})
    shares = [value / statistics.mean(v) - 1 for v in values.values() for value in v]
    pooled = (sum(share**2 for share in shares) / 3) ** 0.5
    assert degrees == 3
    assert found["a"].error == found["a"].seeds == pytest.approx(statistics.stdev([5, 15]) / 2**0.5)
    assert found["b"].error == found["b"].pooled == pytest.approx(100 * pooled / 2**0.5)
    assert found["c"].error == found["c"].metric == pytest.approx((90**2 + 120**2) ** 0.5 / 2)


def verdicts(truth, count, draws=1000, spread=0.1):
    """Words for "b against a" of six lines with ``count`` seeds, which spread by a share of their true means."""
    rng, words = np.random.default_rng(0), []
    for _ in range(draws):
        values = {
            name: list(mean * (1 + spread * rng.standard_normal(count))) for name, mean in truth.items()
        }
        found, degrees = means(values, {name: [0.0] * count for name in truth})
        words.append(compare(found["a"], found["b"], degrees).word)
    return words


@pytest.mark.parametrize("count", [2, 4])
def test_no_more_than_one_of_twenty_equal_lines_is_called_different(count):
    words = verdicts(dict.fromkeys("abcdef", 10.0), count)
    share = 1 - words.count("too close to call") / len(words)
    assert 0.002 < share < 0.05


def test_a_large_difference_is_called_in_its_direction():
    """Half as much, where seeds spread by a tenth."""
    words = verdicts({**dict.fromkeys("acdef", 10.0), "b": 5.0}, 2)
    assert words.count("less") > 0.9 * len(words) and "more" not in words


def test_one_seed_gives_no_verdict_and_no_error():
    found, degrees = means({"a": [3.0], "b": [30.0]}, {"a": [0.1], "b": [0.1]})
    assert degrees == 0 and np.isnan(found["a"].error)
    assert str(compare(found["a"], found["b"], degrees)) == "+27.0: one seed, no verdict"


def test_a_line_with_one_seed_takes_the_spread_of_the_others():
    found, degrees = means({"a": [3.0], "b": [9.0, 11.0]}, {"a": [0.0], "b": [0.0, 0.0]})
    assert degrees == 1
    assert found["a"].error == pytest.approx(3 * (0.02 / 1) ** 0.5)


@pytest.mark.parametrize(
    ("verdict", "text"),
    [
        (Verdict(-0.41, 0.93, "too close to call"), "−0.41 ± 0.93: too close to call"),
        (Verdict(6.24, 2.13, "more"), "+6.2 ± 2.1: more"),
        (Verdict(-812.3, 125.8, "less"), "−812 ± 126: less"),
    ],
)
def test_verdicts_read_with_two_figures_of_their_error(verdict, text):
    assert str(verdict) == text


def test_a_number_has_as_many_decimals_as_its_error():
    given = [(20.68, 0.614), (1234.5, 126.4), (81.0, 2.31), (0.98765, float("nan")), (2.0, 0.0)]
    assert [with_error(*pair) for pair in given] == [
        "20.68 ± 0.61",
        "1,234 ± 126",
        "81.0 ± 2.3",
        "0.988",
        "2.000 ± 0.000",
    ]

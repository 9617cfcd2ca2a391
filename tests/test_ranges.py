import numpy as np
import pytest

from stylegan_tf.ranges import parse_ranges, write_ranges


@pytest.mark.parametrize(
    "text, numbers",
    [
        ("7", [7]),
        ("0-3", [0, 1, 2, 3]),
        ("4-6,1", [4, 5, 6, 1]),
        ("2,2", [2, 2]),
        ("0-9999", list(range(10_000))),
    ],
)
def test_ranges_are_read_in_their_order(text, numbers):
    assert parse_ranges(text, "seeds") == numbers


@pytest.mark.parametrize("text", ["", "a", "1-", "-1", "1-2-3", "1,,2", "²", "1.5", "0x1"])
def test_what_is_no_range_is_named(text):
    with pytest.raises(ValueError, match="layers .* is not like 0-99 or 3,5,8"):
        parse_ranges(text, "layers")


@pytest.mark.parametrize(
    "text, count", [("3-2", "0"), ("0-10000", "10001"), ("0-999999999999999", "1000000000000000")]
)
def test_none_and_too_many_are_refused_without_making_them(text, count):
    with pytest.raises(ValueError, match=f"names {count}; give 1 to 10,000"):
        parse_ranges(text, "seeds")


def test_what_is_written_is_read_again():
    rng = np.random.default_rng(0)
    for _ in range(200):
        numbers = set(rng.integers(0, 30, rng.integers(1, 20)).tolist())
        assert parse_ranges(write_ranges(numbers), "layers") == sorted(numbers)


def test_neighbours_are_written_as_one_range():
    assert write_ranges([7, 3, 4, 5, 3, 9, 10]) == "3-5,7,9-10"
    assert write_ranges([]) == ""

"""Pictures that are held out: drawn by lot, the same each time, and none of them trains."""

import numpy as np
import pytest

from stylegan_tf.data.part import Part, hold_out
from stylegan_tf.data.source import Images


@pytest.fixture(scope="module")
def data():
    """Twenty pictures of one value each, in four classes."""
    images = np.repeat(np.arange(20, dtype="uint8"), 8 * 8).reshape(20, 8, 8, 1)
    return Images(images, labels=np.arange(20) % 4)


def values(source):
    return source.rows(np.arange(len(source)), 8)[:, 0, 0, 0]


def test_every_picture_is_in_one_of_the_two_parts(data):
    training, held = hold_out(data, 6, seed=3)
    assert len(training) == 14 and len(held) == 6
    assert sorted([*values(training), *values(held)]) == list(range(20))
    np.testing.assert_array_equal(held.labels, values(held) % 4)


def test_the_same_seed_holds_out_the_same_pictures(data):
    first, again, other = (values(hold_out(data, 6, seed)[1]).tolist() for seed in (3, 3, 4))
    assert first == again != other


def test_smaller_levels_are_those_of_the_whole(data):
    part = Part(data, [7, 2])
    np.testing.assert_array_equal(part.rows(np.array([1, 0]), 4), data.rows(np.array([2, 7]), 4))


def test_an_epoch_shows_each_picture_of_a_part_once(data):
    part = Part(data, [3, 5, 8, 13])
    images, labels = part.batch(position=0, size=4, resolution=8, seed=0)
    assert sorted(images[:, 0, 0, 0]) == [3, 5, 8, 13]
    np.testing.assert_array_equal(labels, images[:, 0, 0, 0] % 4)


@pytest.mark.parametrize("count", [0, 11])
def test_too_many_or_none_are_refused(data, count):
    with pytest.raises(
        ValueError, match=f"{count} of 20 pictures of images are to be held out; hold out 1 to 10"
    ):
        hold_out(data, count)

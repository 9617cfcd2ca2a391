"""The most similar real picture, against a search by hand; and copies are found."""

import numpy as np
import pytest

from stylegan_tf.metrics.nearest import nearest


@pytest.fixture(scope="module")
def reals():
    return np.random.default_rng(0).integers(0, 256, (60, 8, 8, 3), dtype="uint8")


def by_hand(images, reals, itself=True):
    a, b = (x.reshape(len(x), -1) / 127.5 - 1 for x in (images.astype("float64"), reals.astype("float64")))
    distances = np.sqrt(((a[:, None] - b) ** 2).mean(axis=-1))
    if not itself:
        np.fill_diagonal(distances, np.inf)
    return distances.argmin(axis=1), distances.min(axis=1)


def test_it_is_the_one_that_a_search_finds(reals):
    images = np.random.default_rng(1).integers(0, 256, (25, 8, 8, 3), dtype="uint8")
    found = nearest(images, reals, at_once=7)
    places, distances = by_hand(images, reals)
    np.testing.assert_array_equal(found.places, places)
    np.testing.assert_allclose(found.distances, distances, rtol=1e-5)


def test_the_limit_is_what_one_real_picture_in_twenty_has_to_another(reals):
    _, distances = by_hand(reals, reals, itself=False)
    found = nearest(reals[:1], reals, at_once=7)
    assert found.limit == pytest.approx(np.quantile(distances, 0.05), rel=1e-5)


def test_a_copy_has_no_distance_at_all(reals):
    assert (nearest(reals[:5], reals).distances == 0).all()
    assert nearest(reals[:5] / 127.5 - 1.0, reals).distances.max() == 0


def test_copies_lie_below_the_limit_and_new_pictures_do_not(reals):
    fresh = np.random.default_rng(2).integers(0, 256, (200, 8, 8, 3), dtype="uint8")
    little = reals.astype(int) + np.random.default_rng(3).integers(-9, 10, reals.shape)
    copies = np.clip(little, 0, 255).astype("uint8")
    assert nearest(copies, reals).share_of_copies == 1
    assert nearest(fresh, reals).share_of_copies < 0.15


def test_large_pictures_are_compared_at_32(reals):
    large = np.repeat(np.repeat(reals, 8, axis=1), 8, axis=2)  # 64x64, which shrink to 4x4 squares
    np.testing.assert_array_equal(nearest(large[3:4], large).places, [3])

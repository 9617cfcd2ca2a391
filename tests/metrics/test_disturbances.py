import numpy as np
import pytest

from stylegan_tf.metrics import disturbances


def test_blur_spreads_a_point_and_keeps_its_light():
    point = np.full((1, 33, 33, 1), -1.0, "float32")
    point[0, 16, 16] = 1.0
    light = (disturbances.blur(point, 2.0)[0, ..., 0] + 1) / 2
    places = np.arange(33) - 16
    assert light.sum() == pytest.approx(1, abs=0.2)  # 8 bits: each pixel is rounded to 1/255
    deviation = np.sqrt((light.sum(axis=0) * places**2).sum() / light.sum())
    assert deviation == pytest.approx(2.0, abs=0.35)


def test_blur_takes_colour():
    images = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 3)).astype("float32")
    grey = disturbances.blur(images[..., :1], 1.0)
    np.testing.assert_allclose(disturbances.blur(images, 1.0)[..., :1], grey, atol=2 / 127.5)


def test_a_class_is_gone_and_all_else_stays():
    labels = np.arange(100) % 10
    rows = disturbances.without_class(labels, 3)
    assert len(rows) == 100
    assert 3 not in labels[rows]
    np.testing.assert_array_equal(rows[labels != 3], np.flatnonzero(labels != 3))


def test_a_set_of_one_class_cannot_lose_it():
    with pytest.raises(ValueError, match="none to put"):
        disturbances.without_class(np.full(5, 3), 3)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_share_of_the_rows_is_one_image(share):
    rows = disturbances.with_copies(50, share)
    _, counts = np.unique(rows, return_counts=True)
    assert counts.max() == max(1, round(50 * share))
    assert (rows == np.arange(50)).sum() == 50 - max(0, round(50 * share) - 1)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_beyond_all_is_refused(share):
    with pytest.raises(ValueError, match="0, none, to 1"):
        disturbances.with_copies(10, share)

"""Features of a network that was never trained: for pictures of any kind."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from stylegan_tf.data import load_digits, load_toyfaces
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.metrics import fid, kid
from stylegan_tf.metrics.judges.untrained import UntrainedFeatures


@pytest.fixture(scope="module")
def features():
    return UntrainedFeatures()


@pytest.fixture(scope="module")
def digits():
    """600 real digits, and 300 others."""
    images = to_unit_range(load_digits().images)
    return images[:600], images[5000:5300]


def by_hand(model, image):
    """The means of the last maps of VGG16 in NumPy, for an image (r, r, 3): five blocks of 3x3, then 2x2."""
    kernels = iter(model.get_weights())
    x = image.astype("float64")
    for count in (2, 2, 3, 3, 3):
        for _ in range(count):
            kernel, bias = next(kernels), next(kernels)
            padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
            windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))  # (r, r, C, 3, 3)
            x = np.maximum(np.einsum("ijckl,klcn->ijn", windows, kernel, optimize=True) + bias, 0)
        x = x.reshape(x.shape[0] // 2, 2, x.shape[1] // 2, 2, -1).max(axis=(1, 3))
    return x.mean(axis=(0, 1))


def test_the_network_is_a_vgg16_with_the_weights_of_its_seed(features, digits):
    image = np.repeat(digits[0][:1], 3, axis=-1)
    expected = by_hand(features.model, image[0]) @ features.mix
    np.testing.assert_allclose(features(image)[0], expected, rtol=1e-3, atol=1e-4)
    first = features.model.get_weights()[0]
    assert first.std() == pytest.approx(np.sqrt(2 / 27), rel=0.05)
    assert not np.allclose(UntrainedFeatures(seed=1)(image), expected, rtol=0.1)


def test_pictures_of_all_sizes_are_brought_to_32_or_64(features):
    faces = to_unit_range(load_toyfaces(3, 128, progress=False).images)
    halved = faces.reshape(3, 64, 2, 64, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(features(faces), features(halved), rtol=1e-4, atol=1e-4)
    tiny = faces[:, ::16, ::16]
    np.testing.assert_array_equal(features(tiny), features(tiny.repeat(4, axis=1).repeat(4, axis=2)))


def test_distances_grow_with_what_is_done_to_the_pictures(features, digits):
    """Real digits are nearest; a little blur is nearer than more of it; a missing class is seen too."""
    real = features(digits[0])
    others = digits[1]
    labels = load_digits().labels[5000:5300]
    sets = [
        others,
        gaussian_filter(others, (0, 0.4, 0.4, 0)),
        gaussian_filter(others, (0, 0.6, 0.6, 0)),
        gaussian_filter(others, (0, 1.0, 1.0, 0)),
    ]
    distances = [fid(real, features(images)) for images in sets]
    kernel = [kid(real, features(images)).mean for images in sets]
    assert distances == sorted(distances) and distances[-1] > 10 * distances[0]
    assert kernel == sorted(kernel) and abs(kernel[0]) < 0.05 * kernel[-1]
    without_ones = np.concatenate([others[labels != 1]] * 2)[:300]
    assert fid(real, features(without_ones)) > 1.2 * distances[0]

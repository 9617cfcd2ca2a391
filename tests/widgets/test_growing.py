import importlib
import io

import numpy as np
import pytest
from PIL import Image
from support.helpers import SMALL, enlarge

import stylegan_tf as sg
from stylegan_tf.networks.sampling import images_of

# A function of the widget's name hides its module in the package.
widgets = importlib.import_module("stylegan_tf.widgets.growing")


@pytest.fixture(scope="module")
def generator():
    return sg.Generator(SMALL)


def test_the_old_branch_is_the_smaller_picture_with_its_pixels_repeated(generator):
    old, new = widgets.branches(generator, [0, 1], 16)
    np.testing.assert_allclose(old, enlarge(images_of(generator, [0, 1], resolution=8), 2), atol=1e-4)
    np.testing.assert_allclose(new, images_of(generator, [0, 1]), atol=1e-4)


def test_a_resolution_without_an_old_branch_is_named(generator):
    with pytest.raises(ValueError, match="resolution is 4; this network grows to 8, 16"):
        widgets.branches(generator, [0], 4)


def rows(picture, count, columns=2):
    """The rows of pictures of a sheet, uint8 (count, 64, width, 3)."""
    pixels, width = np.asarray(picture), columns * 72 - 8
    return np.stack([pixels[pixels.shape[0] - 68 * (count - i) + 4 :][:64, -width:] for i in range(count)])


def test_alpha_goes_from_the_old_branch_to_the_new_one(generator):
    old, none, half, full, new = rows(widgets.fading(generator, [0, 1], 16, [0, 0.5, 1]), 5).astype("float32")
    np.testing.assert_allclose(none, old, atol=1)
    np.testing.assert_allclose(full, new, atol=1)
    between = (np.minimum(old, new) - 1 <= half) & (half <= np.maximum(old, new) + 1)
    assert between.all()
    assert np.abs(half - old).max() > 10


def test_the_slider_draws_the_blend_anew(generator):
    panel = widgets.growing(generator, [0, 1])
    picture, before = panel.picture, panel.picture.value
    panel.controls["alpha"].value = 0.0
    assert panel.picture is picture
    assert picture.value != before
    panel.controls["resolution"].value = 8
    Image.open(io.BytesIO(picture.value)).verify()
    panel.reset()
    assert picture.value == before

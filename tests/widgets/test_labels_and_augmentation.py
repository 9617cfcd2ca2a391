"""Lesson 18's widgets: the class that is chosen is drawn, and augmentation shows what training does."""

import io

import keras
import numpy as np
import pytest
from PIL import Image
from support.helpers import SMALL

import stylegan_tf as sg
from stylegan_tf import widgets
from stylegan_tf.networks.sampling import images_of

LABELLED = SMALL.replace(resolution=32, label_dim=3)
SIDE = 64


@pytest.fixture(scope="module")
def generator():
    keras.utils.set_random_seed(1)
    return sg.Generator(LABELLED)


def shown(panel):
    assert panel.problem.value == ""
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB"))


def last_picture(sheet, side):
    """The lower right picture of a sheet, at the size of one that is 32 pixels wide."""
    return np.asarray(sheet)[-side:, -side:][:: side // 32, :: side // 32]


def as_shown(image):
    """A picture in [-1, 1] as uint8 RGB."""
    return np.broadcast_to(sg.data.to_uint8(image), (32, 32, 3))


def test_a_class_is_drawn_when_it_is_chosen(generator):
    panel = widgets.class_and_seed(generator, count=2, seed=5)
    for label in (0, 2, 1):
        panel.controls["label"].value = label
        expected = images_of(generator, [6], label=label)[0]
        np.testing.assert_allclose(last_picture(shown(panel), SIDE), as_shown(expected), atol=1)


def test_a_row_of_a_sheet_is_a_class(generator):
    sheet = widgets.of_classes(generator, [1, 2], [3, 4])
    np.testing.assert_allclose(
        last_picture(sheet, SIDE), as_shown(images_of(generator, [4], label=2)[0]), atol=1
    )


def test_psi_0_draws_every_class_alike(generator):
    # There is one mean of w, over all classes.
    panel = widgets.class_and_seed(generator, count=2)
    panel.controls["psi"].value = 0.0
    before = last_picture(shown(panel), SIDE)
    panel.controls["label"].value = 2
    np.testing.assert_array_equal(last_picture(shown(panel), SIDE), before)


def test_a_network_without_labels_and_a_missing_class_are_refused(generator):
    with pytest.raises(ValueError, match="has no labels"):
        widgets.class_and_seed(sg.Generator(SMALL))
    with pytest.raises(ValueError, match="classes 0 to 2"):
        widgets.class_and_seed(generator, label=3)


def test_p_0_shows_the_pictures_as_they_are(generator):
    images = images_of(generator, range(4), label=0)
    np.testing.assert_allclose(widgets.augmented(images, 0.0), np.clip(images, -1, 1), atol=1e-6)
    panel = widgets.augmentation(images, p=0.0)
    np.testing.assert_allclose(last_picture(shown(panel), 96), as_shown(images[3]), atol=1)


def test_the_group_that_is_chosen_is_the_one_that_acts():
    # A white stripe on black: colours change no shape, moves by whole pixels add no greys.
    stripe = np.full((40, 32, 32, 1), -1.0, "float32")
    stripe[:, 4:8] = 1.0
    moved = widgets.augmented(stripe, 1.0, ["blit"], seed=1)
    assert set(np.unique(moved.round(3))) == {-1.0, 1.0}
    assert np.abs(moved - stripe).max(axis=(1, 2, 3)).mean() > 1
    recoloured = widgets.augmented(stripe, 1.0, ["colour"], seed=1)
    for image in recoloured:
        assert np.ptp(image[4:8]) < 1e-5 and np.ptp(image[8:]) < 1e-5


def test_another_seed_rolls_other_chances(generator):
    panel = widgets.augmentation(images_of(generator, range(4), label=0), p=0.9)
    before = shown(panel)
    panel.controls["seed"].value = 7
    assert (shown(panel) != before).any()
    panel.controls["seed"].value = 0
    np.testing.assert_array_equal(shown(panel), before)

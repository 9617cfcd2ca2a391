import re
import warnings

import numpy as np
import pytest
import tensorflow as tf

import stylegan_tf
from stylegan_tf.data import Images, as_images, to_uint8


def pictures(count=6, side=8, channels=1):
    return np.random.default_rng(0).integers(0, 256, (count, side, side, channels), dtype="uint8")


# Another type or range -> the pictures in it
FORMS = {
    "0 to 255": lambda x: x.astype("float32"),
    "0 to 1": lambda x: (x / 255).astype("float32"),
    "-1 to 1": lambda x: (x / 127.5 - 1).astype("float32"),
    "whole numbers": lambda x: x.astype("int64"),
    "16 bits": lambda x: x.astype("uint16") * 257,
}


def advice_of(error):
    """The code at the end of an error message."""
    return re.search(r"so use (.*)$", str(error), re.DOTALL)[1]


@pytest.mark.parametrize("form", FORMS)
def test_the_advice_for_an_array_gives_the_pictures_back(form):
    images = FORMS[form](pictures())
    with pytest.raises(ValueError, match="give uint8 from 0 to 255") as caught:
        Images(images)
    back = eval(advice_of(caught.value), {"images": images, "stylegan_tf": stylegan_tf})
    assert back.dtype == np.uint8
    np.testing.assert_allclose(back.astype(int), pictures(), atol=1)


@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize("keys", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_the_advice_for_a_dataset_gives_the_pictures_back(form, keys, labelled):
    images = FORMS[form](pictures())
    labels = np.arange(6)
    if keys:
        elements = {"image": images} | ({"label": labels} if labelled else {})
    else:
        elements = (images, labels) if labelled else images
    dataset = tf.data.Dataset.from_tensor_slices(elements)
    with pytest.raises(ValueError, match="give uint8 from 0 to 255") as caught:
        as_images(dataset)
    data = as_images(eval(advice_of(caught.value), {"dataset": dataset, "tf": tf}))
    np.testing.assert_allclose(data.images.astype(int), pictures(), atol=1)
    assert (data.labels is not None) == labelled


def test_the_advice_for_a_mask_of_true_and_false_is_black_and_white():
    images = pictures() > 127
    with pytest.raises(ValueError, match="pixels are bool") as caught:
        Images(images)
    np.testing.assert_array_equal(eval(advice_of(caught.value)), images * 255)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.full((2, 8, 8, 1), np.nan, "float32"), "NaN or infinite"),
        (np.linspace(-2.1, 2.6, 128).reshape(2, 8, 8, 1), "no usual range"),
        (np.array([None] * 3), "make one array of numbers"),
        (None, "make one array of numbers"),
    ],
    ids="nan standardised objects nothing".split(),
)
def test_pixels_that_nothing_converts_are_told(images, message):
    with pytest.raises(ValueError, match=message):
        Images(images)


# to_uint8


def test_pictures_of_0_to_255_do_not_become_white_in_silence():
    with pytest.warns(UserWarning, match=r"got 0 to 255, which become white.*images.astype\('uint8'\)"):
        to_uint8(np.linspace(0, 255, 64).reshape(1, 8, 8, 1))


@pytest.mark.parametrize("low_high", [(-1, 1), (0, 1), (-30, 30), (-300, 300), (0, 20), (1000, 5000)])
def test_what_a_generator_may_give_is_converted_without_a_word(low_high):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        to_uint8(np.linspace(*low_high, 64).reshape(1, 8, 8, 1))


# Masks


@pytest.mark.parametrize("given_as", ["array", "dataset"])
def test_a_mask_of_0_and_1_is_told(given_as):
    mask = (pictures() > 127).astype("uint8")
    with pytest.warns(UserWarning, match="highest pixel value is 1 of 255.*multiply masks of 0 and 1 by 255"):
        as_images(mask if given_as == "array" else tf.data.Dataset.from_tensor_slices(mask))


def test_one_bright_picture_behind_many_dark_ones_is_found():
    images = np.ones((3000, 64, 64, 3), "uint8")
    images[-1, 0, 0, 0] = 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Images(images)

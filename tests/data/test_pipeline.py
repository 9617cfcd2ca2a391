import numpy as np
import pytest
import tensorflow as tf
from support.helpers import claim, enlarge, nchw, nhwc

from stylegan_tf.data import Images, as_images, to_uint8
from stylegan_tf.networks.layers import downsample
from stylegan_tf.training.fade_of_reals import process_reals


@pytest.fixture(scope="module")
def training(golden):
    return golden("training")


def pictures(count=12, side=16, channels=1, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, channels), dtype="uint8")


# The official numbers


@pytest.mark.parametrize("key", claim("training", "process_reals/lod_*"))
def test_faded_reals_equal_official(training, key):
    """Theirs are enlarged by 2^floor(lod); the file's pictures are of that level already."""
    lod = float(key.split("lod_")[1])
    images = process_reals(nhwc(training["inputs/images_u8"]), alpha=1.0 - lod % 1.0)
    np.testing.assert_allclose(
        nchw(enlarge(images, 2 ** int(lod))), training[f"outputs/{key}"], rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("key", claim("training", "process_reals/mirror*"))
def test_mirrored_reals_equal_official(training, key):
    """Their draws of 0.1, 0.9 and 0.5 mirror where they are 0.5 or more."""
    images = process_reals(nhwc(training["inputs/images_u8"]), mirror=tf.constant([False, True, True]))
    np.testing.assert_allclose(nchw(images), training[f"outputs/{key}"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("key", claim("training", "adjust_dynamic_range_u8_to_pm1"))
def test_range_equals_official(training, key):
    images = process_reals(nhwc(training["inputs/images_u8"]))
    np.testing.assert_allclose(nchw(images), training[f"outputs/{key}"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("key", claim("training", "to_uint8", "to_uint8_nhwc", "to_uint8_shrink2"))
def test_uint8_equals_official(training, key):
    x = training["inputs/float_images"]
    if key == "to_uint8_nhwc":
        actual = to_uint8(nhwc(x))
    else:
        x = nhwc(x)
        actual = nchw(to_uint8(downsample(x) if key.endswith("shrink2") else x))
    assert actual.dtype == np.uint8
    np.testing.assert_array_equal(actual, training[f"outputs/{key}"])


# Range, mirror, fade


def test_there_and_back_is_exact_for_every_pixel_value():
    every = np.arange(256, dtype="uint8").reshape(1, 16, 16, 1)
    np.testing.assert_array_equal(to_uint8(process_reals(every)), every)


def test_uint8_rounds_half_up_and_saturates():
    x = np.array([-2.0, -1.0, 0.0, 1.0, 2.0], "float32")
    np.testing.assert_array_equal(to_uint8(x), [0, 0, 128, 255, 255])


def test_mirror_flips_left_and_right_of_the_chosen():
    images = pictures(2)
    mirrored = np.asarray(process_reals(images, mirror=tf.constant([True, False])))
    np.testing.assert_array_equal(to_uint8(mirrored[0]), images[0, :, ::-1])
    np.testing.assert_array_equal(to_uint8(mirrored[1]), images[1])


def test_at_alpha_zero_two_by_two_pixels_are_one():
    faded = np.asarray(process_reals(pictures(2), alpha=0.0))
    np.testing.assert_allclose(faded, enlarge(faded[:, ::2, ::2], 2), atol=1e-6)


def test_fading_keeps_the_mean():
    images = pictures(2)
    for alpha in (0.0, 0.3):
        np.testing.assert_allclose(
            np.mean(process_reals(images, alpha), axis=(1, 2)), np.mean(process_reals(images), axis=(1, 2)), atol=1e-6
        )  # fmt: skip


# Levels


def test_levels_are_means_of_the_unrounded_level_above():
    """Blocks of 2 and 3: the level of side 4 is the mean of 16 pixels, not the mean of rounded means."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 4, (50, 16, 16, 1), dtype="uint8")
    data = Images(images)
    for side in (8, 4):
        factor = 16 // side
        exact = images.reshape(50, side, factor, side, factor, 1).astype("float64").mean(axis=(2, 4))
        np.testing.assert_array_equal(data.level(side), np.rint(exact).astype("uint8"))


def test_the_full_level_is_the_images():
    data = Images(pictures())
    assert data.level(16) is data.images


def test_a_larger_level_is_refused():
    with pytest.raises(ValueError, match="faces: images have side 16; 32 is larger"):
        Images(pictures(), name="faces").level(32)


# Order


def numbered(count=10):
    """Every pixel of image i has value i, so that a picture tells its number; so does its label."""
    return Images(
        np.tile(np.arange(count, dtype="uint8")[:, None, None, None], (1, 4, 4, 1)), np.arange(count)
    )


def numbers(data, position, size, seed=0):
    images, labels = data.batch(position, size, 4, seed)
    np.testing.assert_array_equal(images[:, 0, 0, 0], labels)
    return labels.tolist()


def test_an_epoch_shows_every_image_once():
    assert sorted(numbers(numbered(), 0, 10)) == list(range(10))


def test_epochs_differ_in_order():
    assert numbers(numbered(), 0, 10) != numbers(numbered(), 10, 10)


def test_a_batch_depends_on_its_position_alone():
    data = numbered()
    whole = numbers(data, 0, 40)
    assert numbers(numbered(), 17, 6) == whole[17:23]
    assert [n for start in range(0, 40, 8) for n in numbers(data, start, 8)] == whole


def test_seeds_differ_in_order():
    assert numbers(numbered(), 0, 10, seed=0) != numbers(numbered(), 0, 10, seed=1)


def test_a_batch_larger_than_the_data_repeats_them():
    shown = numbers(numbered(4), 0, 10)
    assert sorted(shown[:4]) == sorted(shown[4:8]) == [0, 1, 2, 3]


@pytest.mark.parametrize("workers", [1, 2, 3, 6])
def test_the_parts_of_all_workers_are_the_batch(workers):
    data = Images(pictures(), np.arange(12))
    _, whole = data.batch(9, 6, 8, 1)
    parts = [data.batch(9, 6, 8, 1, shard=(worker, workers)) for worker in range(workers)]
    np.testing.assert_array_equal(np.stack([labels for _, labels in parts], axis=1).ravel(), whole)
    for images, labels in parts:
        np.testing.assert_array_equal(images, data.level(8)[labels])


def test_a_batch_that_workers_cannot_share_is_refused():
    with pytest.raises(ValueError, match="worker 0 of 4 needs its part of 6 images; choose a multiple of 4"):
        Images(pictures()).batch(0, 6, 8, 0, shard=(0, 4))


# What may be given


def test_grey_pictures_may_lack_the_channel_axis():
    assert Images(pictures()[..., 0]).images.shape == (12, 16, 16, 1)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (pictures().astype("float32"), None, "pixels are float32; give uint8 from 0 to 255"),
        (
            pictures(side=12),
            None,
            r"images have shape \(12, 12, 12, 1\); expected \(count, side, side, 1 or 3\)",
        ),
        (pictures()[:, :8], None, "images have shape"),
        (pictures(channels=4), None, "images have shape"),
        (pictures()[0, 0], None, "images have shape"),
        (pictures()[:0], None, "there are no images"),
        (pictures(), [1, 2], r"labels have shape \(2,\) for 12 images; give one class number each"),
        (pictures(), np.ones((12, 2, 2)), r"labels have shape \(12, 2, 2\)"),
        (pictures(), np.ones((12, 3)), r"labels have shape \(12, 3\) and are not one-hot"),
        (pictures(), np.arange(12) - 1, "labels of type int64 must be whole numbers of 0 or more"),
        (pictures(), np.arange(12) + 0.5, "labels of type float64 must be whole"),
        (pictures(), list("abcdefghijkl"), "labels of type <U1 must be whole"),
    ],
    ids="float side oblong channels rank empty count nested soft negative broken text".split(),
)
def test_a_wrong_array_is_told(images, labels, message):
    with pytest.raises(ValueError, match=message):
        Images(images, labels)


@pytest.mark.parametrize(
    "given", [np.arange(12) % 3, np.arange(12)[:, None] % 3, np.eye(3)[np.arange(12) % 3]]
)
def test_labels_may_be_numbers_or_columns_or_one_hot(given):
    np.testing.assert_array_equal(Images(pictures(), given).labels, np.arange(12) % 3)


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize("keys", [False, True])
def test_a_dataset_of_tensorflow_is_read_whole(labelled, batched, keys):
    images, labels = pictures(channels=3), np.arange(12)
    if keys:
        elements = {"id": np.arange(12), "image": images} | ({"label": labels} if labelled else {})
    else:
        elements = (images, labels) if labelled else images
    dataset = tf.data.Dataset.from_tensor_slices(elements)
    data = as_images(dataset.batch(5) if batched else dataset)
    np.testing.assert_array_equal(data.images, images)
    assert (data.labels is not None) == labelled
    if labelled:
        np.testing.assert_array_equal(data.labels, labels)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda d: d.take(0), "the dataset is empty"),
        (lambda d: d.repeat(), "the dataset is endless"),
        (lambda d: d.map(lambda x: {"picture": x}), "keys picture; they need image"),
    ],
)
def test_a_dataset_that_cannot_be_read_is_told(spoil, message):
    with pytest.raises(ValueError, match=message):
        as_images(spoil(tf.data.Dataset.from_tensor_slices(pictures())))


def test_labels_given_twice_are_told():
    with pytest.raises(ValueError, match="y was given with a Images"):
        as_images(Images(pictures()), np.arange(12))


def test_arrays_and_images_are_taken_as_they_are():
    data = Images(pictures())
    assert as_images(data) is data
    np.testing.assert_array_equal(as_images(pictures(), np.arange(12)).labels, np.arange(12))

"""What a tf.data.Dataset may be, and when it is refused."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from stylegan_tf.data import as_images, source


def pictures(count=12, side=8, channels=1):
    return np.random.default_rng(0).integers(0, 256, (count, side, side, channels), dtype="uint8")


class Counted:
    """A data set made by a function of Python that counts the pictures which are asked for."""

    def __init__(self, pictures, shape, dtype=tf.uint8):
        self.read = 0
        self.pictures = pictures
        self.dataset = tf.data.Dataset.from_generator(
            self._elements, output_signature=tf.TensorSpec(shape, dtype)
        )

    def _elements(self):
        for picture in self.pictures:
            self.read += 1
            yield picture


# Without an end


@pytest.mark.parametrize(
    "spoil",
    [lambda d: d.repeat(), lambda d: d.repeat().shuffle(4), lambda d: d.repeat().map(lambda x: x).batch(2)],
)
def test_what_is_known_to_be_endless_is_refused_unread(spoil):
    counted = Counted(pictures(), (8, 8, 1))
    with pytest.raises(ValueError, match=r"endless; leave .repeat\(\) out.*or end it with .take\(n\)"):
        as_images(spoil(counted.dataset))
    assert counted.read == 0


@pytest.mark.parametrize("limit", ["COUNT_LIMIT", "BYTES_LIMIT"])
def test_what_may_be_endless_is_read_up_to_a_limit(limit, monkeypatch):
    monkeypatch.setattr(source, limit, {"COUNT_LIMIT": 250, "BYTES_LIMIT": 250 * 64}[limit])
    counted = Counted(itertools.cycle(pictures()), (8, 8, 1))
    with pytest.raises(ValueError, match=r"has given 300 pictures .* end it with .take\(n\)"):
        as_images(counted.dataset)
    assert counted.read < 1000
    assert len(as_images(counted.dataset.take(250))) == 250  # the first advice
    known = counted.dataset.take(400).apply(tf.data.experimental.assert_cardinality(400))
    assert len(as_images(known)) == 400  # the second


def test_a_filtered_repetition_is_read_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(source, "COUNT_LIMIT", 50)
    endless = tf.data.Dataset.from_tensor_slices(pictures()).repeat().filter(lambda x: True)
    with pytest.raises(ValueError, match="without an end"):
        as_images(endless)


def test_batches_without_an_end_are_read_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(source, "COUNT_LIMIT", 50)
    batches = Counted(itertools.repeat(pictures(10)), (None, 8, 8, 1))
    with pytest.raises(ValueError, match="has given 60 pictures"):
        as_images(batches.dataset)


def test_a_set_of_unknown_length_that_ends_is_read_whole():
    np.testing.assert_array_equal(as_images(Counted(pictures(230), (8, 8, 1)).dataset).images, pictures(230))


def test_a_generator_of_python_is_refused_unread():
    endless = itertools.repeat(pictures(1)[0])
    with pytest.raises(ValueError, match="a repeat of Python.*from_generator"):
        as_images(endless)


# Nothing


@pytest.mark.parametrize(
    "nothing",
    [
        [],
        np.zeros((0, 8, 8, 1), "uint8"),
        np.zeros((0,)),
        tf.data.Dataset.from_tensor_slices(pictures()).take(0),
        tf.data.Dataset.from_tensor_slices(pictures()).filter(lambda x: False),
        tf.data.Dataset.from_tensors(np.zeros((0, 8, 8, 1), "uint8")),
    ],
    ids="list array shapeless taken filtered batch".split(),
)
def test_nothing_is_refused_with_a_sentence(nothing):
    with pytest.raises(ValueError, match="there are no images|the dataset is empty"):
        as_images(nothing)


# Shapes that are not known before reading


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    "hide",
    [
        lambda c: (8, 8, None),
        lambda c: (None, None, c),
        lambda c: (None, None, None),
        lambda c: None,
        lambda c: (8, 8, c),
    ],
    ids="channels size all rank nothing".split(),
)
def test_pictures_of_hidden_shape_are_pictures(hide, channels):
    images = pictures(channels=channels)
    data = as_images(Counted(images, hide(channels)).dataset)
    np.testing.assert_array_equal(data.images, images)


@pytest.mark.parametrize(
    "hide",
    [(None, 8, 8, 1), (None, None, None, None), None, (None, None, None)],
    ids="count all rank grey".split(),
)
def test_batches_of_hidden_shape_are_batches(hide):
    images = pictures(10)
    if hide == (None, None, None):
        images = images[..., 0]
    batches = [images[:4], images[4:8], images[8:]]
    data = as_images(Counted(batches, hide).dataset)
    np.testing.assert_array_equal(data.images[..., 0], pictures(10)[..., 0])


def test_labels_stay_with_pictures_of_hidden_shape():
    dataset = tf.data.Dataset.from_tensor_slices((pictures(), np.arange(12) % 5))
    hidden = dataset.map(lambda x, y: (tf.ensure_shape(tf.py_function(lambda x: x, [x], tf.uint8), None), y))
    data = as_images(hidden)
    np.testing.assert_array_equal(data.images, pictures())
    np.testing.assert_array_equal(data.labels, np.arange(12) % 5)


def test_grey_pictures_of_4x4_in_batches_are_many():
    images = pictures(12, side=4)[..., 0]
    assert as_images(tf.data.Dataset.from_tensor_slices(images).batch(6)).images.shape == (12, 4, 4, 1)


def test_four_channels_are_one_picture_and_refused_as_such():
    with pytest.raises(ValueError, match=r"images have shape \(12, 8, 8, 4\)"):
        as_images(tf.data.Dataset.from_tensor_slices(pictures(channels=4)))


def test_pictures_of_several_sizes_are_told_with_the_place():
    mixed = [*pictures(2), pictures(1, side=16)[0]]
    with pytest.raises(ValueError, match=r"picture 2 of the dataset has shape \(16, 16, 1\) and the first"):
        as_images(Counted(mixed, (None, None, 1)).dataset)


# Pixels of another type


@pytest.mark.parametrize("shape", [(8, 8, 1), (None, None, None)])
def test_another_type_is_refused_after_the_first_pictures(shape):
    counted = Counted(pictures(3000).astype("float32"), shape, tf.float32)
    with pytest.raises(ValueError, match=r"pixels are float32; give uint8 .*tf.cast\(images, tf.uint8\)"):
        as_images(counted.dataset)
    assert counted.read <= 500

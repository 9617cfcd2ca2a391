import numpy as np
import pytest
import tensorflow_datasets as tfds

from stylegan_tf import data
from stylegan_tf.data.digits import load_tfds, pad_to_power_of_two


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A small set as tensorflow-datasets prepares it on disk: (folder, images, labels)."""
    import tensorflow as tf

    folder, rng = tmp_path_factory.mktemp("tfds"), np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (30, 28, 28, 1), dtype="uint8"), np.arange(30) % 10
    tfds.dataset_builders.store_as_tfds_dataset(
        "small_digits",
        version="1.0.0",
        data_dir=folder,
        features=tfds.features.FeaturesDict(
            {
                "image": tfds.features.Image(shape=(28, 28, 1)),
                "label": tfds.features.ClassLabel(num_classes=10),
            }
        ),
        split_datasets={"train": tf.data.Dataset.from_tensor_slices({"image": images, "label": labels})},
    )
    return folder, images, labels


def test_a_prepared_set_is_read_whole_and_padded(prepared):
    folder, images, labels = prepared
    found = data.open_dataset("tfds:small_digits", data_dir=folder)
    assert found.images.shape == (30, 32, 32, 1) and found.name == "tfds:small_digits"
    pairs = {
        (image.tobytes(), int(label))
        for image, label in zip(found.images[:, 2:30, 2:30], found.labels, strict=True)
    }
    assert pairs == {(image.tobytes(), int(label)) for image, label in zip(images, labels, strict=True)}


def test_an_unknown_set_is_told(tmp_path):
    with pytest.raises(ValueError, match="has no 'no_such_digits'"):
        load_tfds("no_such_digits", data_dir=tmp_path)


def test_digits_are_the_file_shuffled_and_padded():
    digits = data.load_digits()
    with np.load(data.digits.data_file("mnist_10k.npz")) as file:
        assert sorted(i.tobytes() for i in digits.images[:, 2:30, 2:30, 0]) == sorted(
            i.tobytes() for i in file["images"]
        )
        np.testing.assert_array_equal(np.bincount(digits.labels), np.bincount(file["labels"]))
    border = digits.images.astype(int).sum() - digits.images[:, 2:30, 2:30].astype(int).sum()
    assert border == 0 and np.abs(np.diff(digits.labels)).mean() > 2  # sorted by digit it would be 0.001


@pytest.mark.parametrize(("side", "target"), [(28, 32), (32, 32), (33, 64), (5, 8)])
def test_padding_centres_on_the_next_power_of_two(side, target):
    padded = pad_to_power_of_two(np.ones((1, side, side, 1), "uint8"))
    assert padded.shape == (1, target, target, 1) and padded.sum() == side * side
    rows = np.flatnonzero(padded[0, :, target // 2, 0])
    assert rows[0] == (target - side) // 2

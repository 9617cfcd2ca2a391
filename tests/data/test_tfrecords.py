import shutil

import numpy as np
import pytest
import tensorflow as tf
from support.helpers import GOLDEN, claim, nchw

from stylegan_tf import Config, StyleGAN, data
from stylegan_tf.data import Images, TFRecords, write_tfrecords
from stylegan_tf.data.tfrecords import index_records

TINY = GOLDEN / "tiny_tfrecords"
LEVELS = {4: "r02", 8: "r03", 16: "r04"}


@pytest.fixture(scope="module")
def stored(golden):
    return golden("tfrecords")


@pytest.fixture()
def copy(tmp_path):
    """The official files, for a test to spoil: a function from a level to its path."""
    folder = shutil.copytree(TINY, tmp_path / "faces")
    return lambda level: folder / f"tiny_tfrecords-{level}.tfrecords"


@pytest.fixture(scope="module")
def faces():
    """24 pictures of 16x16 in three colours, made of 4x4 blocks, and 3 classes."""
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 256, (24, 4, 4, 3), dtype="uint8")
    return Images(blocks.repeat(4, axis=1).repeat(4, axis=2), np.arange(24) % 3)


@pytest.fixture(scope="module")
def written(faces, tmp_path_factory):
    return write_tfrecords(faces, tmp_path_factory.mktemp("records") / "faces", shuffle=False)


# Reading


@pytest.mark.parametrize("key", claim("tfrecords", "tiny_tfrecords-*"))
def test_official_records_are_read(stored, key):
    expected = stored[f"outputs/{key}"]
    records = TFRecords(TINY)
    pictures = records.rows(np.arange(5), expected.shape[-1])
    assert pictures.dtype == np.uint8 and (len(records), records.channels, records.resolution) == (5, 3, 16)
    np.testing.assert_array_equal(nchw(pictures), expected)


@pytest.mark.parametrize("key", claim("tfrecords", "labels_file"))
def test_official_labels_are_read(stored, key):
    labels = TFRecords(TINY).labels
    np.testing.assert_array_equal(np.eye(3, dtype="float32")[labels], stored[f"outputs/{key}"])


def test_any_rows_come_in_the_order_asked(stored):
    everything = stored["outputs/tiny_tfrecords-r03.tfrecords"]
    np.testing.assert_array_equal(nchw(TFRecords(TINY).rows(np.array([4, 0, 4]), 8)), everything[[4, 0, 4]])


def test_records_begin_where_tensorflow_finds_them():
    path = TINY / "tiny_tfrecords-r03.tfrecords"
    lengths = [len(record) + 16 for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator()]
    np.testing.assert_array_equal(index_records(path), np.cumsum([0, *lengths]))


def test_a_stage_reads_the_file_of_its_level_alone(copy):
    records = TFRecords(copy("r02").parent)
    copy("r03").unlink()
    copy("r04").unlink()
    assert records.rows(np.arange(5), 4).shape == (5, 4, 4, 3)


def test_records_of_other_lengths_are_read(copy, stored):
    """A third feature, as other writers add it, and longer in each record."""
    pictures = stored["outputs/tiny_tfrecords-r04.tfrecords"]
    with tf.io.TFRecordWriter(str(copy("r04"))) as writer:
        for number, picture in enumerate(pictures):
            example = tf.train.Example()
            example.features.feature["shape"].int64_list.value.extend(picture.shape)
            example.features.feature["data"].bytes_list.value.append(picture.tobytes())
            example.features.feature["title"].bytes_list.value.append(b"x" * number)
            writer.write(example.SerializeToString())
    np.testing.assert_array_equal(nchw(TFRecords(copy("r04").parent).rows(np.arange(5), 16)), pictures)


@pytest.mark.parametrize("resolution", [4, 16])
def test_batches_are_those_of_the_same_pictures_in_memory(faces, written, resolution):
    records = TFRecords(written)
    for position in (0, 20, 95):
        for ours, theirs in zip(
            records.batch(position, 8, resolution, 3), faces.batch(position, 8, resolution, 3), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)


def test_training_from_records_equals_training_from_memory(faces, written):
    """The same losses: every picture and label of every step is the same."""
    config = Config(
        resolution=8, channels=3, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=1, fmap_base=32, fmap_max=8, label_dim=3,
        batch_size=8, start_resolution=4, stage_kimg={4: (0, 0.05), 8: (0.02, 0.03)}, total_kimg=0.1, tick_kimg={4: 0.016},
    )  # fmt: skip
    losses = []
    for source in (faces, data.open_dataset(f"tfrecords:{written}")):
        gan = StyleGAN(config)
        gan.compile()
        losses.append(gan.fit(source, epochs=2, verbose=0).history["d_loss"])
    assert losses[0] == losses[1] and len(losses[0]) == 2


# Faults, before training


def spoil(path, position, content):
    data = bytearray(path.read_bytes())
    data[position : position + len(content)] = content
    path.write_bytes(data)


def with_labels(copy, labels):
    with copy("rxx").with_suffix(".labels").open("wb") as file:
        np.save(file, labels)


def reverse(path):
    records = list(tf.data.TFRecordDataset(str(path)).as_numpy_iterator())
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in reversed(records):
            writer.write(record)


def drop_last(path):
    path.write_bytes(path.read_bytes()[: index_records(path)[-2]])


FAULTS = {
    "level missing": (lambda c: c("r03").unlink(), r"lacks tiny_tfrecords-r03\.tfrecords"),
    "smallest missing": (lambda c: c("r02").unlink(), r"lacks tiny_tfrecords-r02\.tfrecords"),
    "all missing": (lambda c: [c(r).unlink() for r in LEVELS.values()], r"holds no NAME-r02\.tfrecords"),
    "two sets": (
        lambda c: shutil.copy(c("r02"), c("r02").with_name("cats-r02.tfrecords")),
        r"several sets \(cats, tiny_tf",
    ),
    "cut in pixels": (
        lambda c: c("r03").write_bytes(c("r03").read_bytes()[:-9]),
        r"r03.* cut off: record 4 ends .*1,235 .*1,226",
    ),
    "cut in header": (
        lambda c: c("r03").write_bytes(c("r03").read_bytes()[:993]),
        r"r03.* cut off: record 4 ends",
    ),
    "cut between": (
        lambda c: drop_last(c("r03")),
        r"different numbers .*r02\.tfrecords 5, .*r03\.tfrecords 4",
    ),
    "empty": (lambda c: c("r04").write_bytes(b""), r"r04\.tfrecords is empty"),
    "length": (lambda c: spoil(c("r02"), 98, b"\x53"), r"r02.* damaged, .*byte 98, where record 1 begins"),
    "compressed": (
        lambda c: c("r02").write_bytes(b"\x1f\x8b" + bytes(488)),
        "or no uncompressed TFRecord file",
    ),
    "no example": (
        lambda c: spoil(c("r04"), 4115 - 811, b"\xff" * 9),
        r"r04\.tfrecords: record 4 is damaged",
    ),
    "level renamed": (
        lambda c: shutil.copy(c("r03"), c("r04")),
        r"shape \(3, 8, 8\) and 192 bytes .*expected .*16, 16\)",
    ),
    "other order": (
        lambda c: reverse(c("r03")),
        r"r03.*record [04] is another picture than in tiny_tfrecords-r04",
    ),
    "label count": (
        lambda c: with_labels(c, np.eye(3)[[0, 1, 2]]),
        r"rxx\.labels: labels have shape \(3, 3\) for 5 images",
    ),
    "soft labels": (lambda c: with_labels(c, np.full((5, 3), 0.3)), r"rxx\.labels: .* are not one-hot"),
    "label file": (
        lambda c: c("rxx").with_suffix(".labels").write_bytes(b"\x93NUMPY"),
        r"rxx\.labels is no array of NumPy",
    ),
    "label pickle": (lambda c: with_labels(c, np.array([[print]] * 5)), r"rxx\.labels is no array of NumPy"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_when_the_files_are_opened(copy, fault):
    plant, message = FAULTS[fault]
    plant(copy)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        TFRecords(copy("r02").parent)


def test_a_changed_pixel_is_found_when_asked(copy):
    folder = copy("r04").parent
    TFRecords(folder, verify=True)
    spoil(copy("r04"), index_records(copy("r04"))[3] + 400, b"\x00\x01\x02")
    TFRecords(folder)
    with pytest.raises(ValueError, match=r"r04\.tfrecords: record 3 differs from its checksum"):
        TFRecords(folder, verify=True)


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing is not a folder; name the one that holds"):
        data.open_dataset(f"tfrecords:{tmp_path / 'nothing'}")


def test_a_level_that_is_not_there_is_told():
    with pytest.raises(ValueError, match="has levels of side 4, 8, 16; 32 is none of them"):
        TFRecords(TINY).rows(np.array([0]), 32)


def test_a_set_without_classes_has_no_labels(copy):
    with_labels(copy, np.zeros((5, 0), "float32"))
    assert TFRecords(copy("r02").parent).labels is None

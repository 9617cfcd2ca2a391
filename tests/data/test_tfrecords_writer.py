import errno
import json
import shutil
from collections import namedtuple
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import tensorflow as tf
from support.helpers import GOLDEN, claim, nhwc

from stylegan_tf.cli.main import main
from stylegan_tf.data import Images, TFRecords, tfrecords_writer, write_tfrecords
from stylegan_tf.data.tfrecords_writer import shuffled_order


@pytest.fixture(scope="module")
def stored(golden):
    return golden("tfrecords")


@pytest.fixture(scope="module")
def images(stored):
    return Images(nhwc(stored["inputs/images"]), stored["inputs/labels"])


@pytest.fixture()
def two_at_a_time(monkeypatch):
    """Chunks of two pictures, so that five make three chunks."""
    monkeypatch.setattr(tfrecords_writer, "CHUNK_PIXELS", 2 * 3 * 16**2)


def contents(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


class Killed(BaseException):
    """Ends the writer as a signal would: no handler of errors sees it."""


# The official numbers


@pytest.mark.parametrize("key", claim("tfrecords", "shuffled_order*"))
def test_order_equals_official(stored, key):
    order = stored[f"outputs/{key}"]
    np.testing.assert_array_equal(shuffled_order(len(order)), order)


def test_records_hold_what_the_official_ones_hold(images, stored, tmp_path):
    """TensorFlow's own reader and parser, field by field and byte by byte; labels as the official file, byte
    by byte.
    """
    folder = write_tfrecords(images, tmp_path / "tiny_tfrecords")
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        p.name for p in (GOLDEN / "tiny_tfrecords").iterdir()
    )
    spec = {"shape": tf.io.FixedLenFeature([3], tf.int64), "data": tf.io.FixedLenFeature([], tf.string)}
    for path in folder.glob("*.tfrecords"):
        theirs = tf.data.TFRecordDataset(str(GOLDEN / "tiny_tfrecords" / path.name))
        for ours, official in zip(tf.data.TFRecordDataset(str(path)), theirs, strict=True):
            assert len(ours.numpy()) == len(official.numpy())
            ours, official = (tf.io.parse_single_example(record, spec) for record in (ours, official))
            assert ours["shape"].numpy().tolist() == official["shape"].numpy().tolist()
            assert ours["data"].numpy() == official["data"].numpy()
    name = "tiny_tfrecords-rxx.labels"
    assert (folder / name).read_bytes() == (GOLDEN / "tiny_tfrecords" / name).read_bytes()


# What is written


@pytest.mark.parametrize("channels", [1, 3])
def test_written_pictures_are_read_back_at_every_level(tmp_path, channels):
    source = Images(np.random.default_rng(0).integers(0, 256, (7, 32, 32, channels), dtype="uint8"))
    records = TFRecords(write_tfrecords(source, tmp_path / "noise", shuffle=False), verify=True)
    assert records.name == "noise" and records.labels is None
    for resolution in (4, 8, 16, 32):
        np.testing.assert_array_equal(records.rows(np.arange(7), resolution), source.level(resolution))


@pytest.mark.parametrize("labels", [[0, 0, 0, 0, 0], [2, 0, 1, 0, 2]])
def test_labels_are_read_back(images, tmp_path, labels):
    source = Images(images.images, labels)
    assert TFRecords(write_tfrecords(source, tmp_path / "x", shuffle=False)).labels.tolist() == labels


def test_smaller_sets_have_the_levels_of_the_large_one(images, tmp_path):
    """Made from the full pictures, not from a rounded level."""
    large = contents(write_tfrecords(images, tmp_path / "a", name="x"))
    small = contents(write_tfrecords(images, tmp_path / "b", name="x", resolution=8))
    assert set(large) - set(small) == {"x-r04.tfrecords"}
    assert all(large[name] == content for name, content in small.items())


def test_records_are_a_source_of_records(images, tmp_path):
    first = write_tfrecords(images, tmp_path / "a", name="x", shuffle=False)
    assert contents(first) == contents(
        write_tfrecords(TFRecords(first), tmp_path / "b", name="x", shuffle=False)
    )


def test_an_array_is_written(images, tmp_path):
    assert len(TFRecords(write_tfrecords(images.images, tmp_path / "a"))) == 5


def test_workers_do_not_change_a_byte(images, tmp_path, two_at_a_time):
    sets = [contents(write_tfrecords(images, tmp_path / str(n), name="x", workers=n)) for n in (1, 3)]
    assert sets[0] == sets[1]


# Interruptions


@pytest.mark.parametrize("when", range(9))
def test_a_killed_writer_goes_on_to_the_same_bytes(images, tmp_path, two_at_a_time, when):
    """Killed while it writes the level of that number, of three levels in three chunks: half of its bytes are
    in the file.
    """
    whole = contents(write_tfrecords(images, tmp_path / "whole", name="x"))
    write_level, calls = tfrecords_writer._Writer._write_level, []

    def killed(self, start, level):
        calls.append(start)
        if len(calls) == when + 1:
            path = self.files[level.shape[1]]
            path.write_bytes(path.read_bytes() + b"half of a record")
            raise Killed
        write_level(self, start, level)

    with mock.patch.object(tfrecords_writer._Writer, "_write_level", killed), pytest.raises(Killed):
        write_tfrecords(images, tmp_path / "x", workers=1)
    assert not (tmp_path / "x").exists()
    kept = json.loads((tmp_path / "x.part/written.json").read_text())["done"]
    assert kept == list(range(when // 3))
    with mock.patch.object(
        tfrecords_writer._Writer, "_write_level", autospec=True, side_effect=write_level
    ) as again:
        assert contents(write_tfrecords(images, tmp_path / "x")) == whole
    assert again.call_count == 3 * (3 - len(kept))
    assert not (tmp_path / "x.part").exists()


@pytest.fixture()
def interrupted(images, tmp_path, two_at_a_time):
    """A folder of which the first chunk is written."""
    write_chunk = tfrecords_writer._Writer._write_chunk

    def killed(self, start):
        if start:
            raise Killed
        return write_chunk(self, start)

    with mock.patch.object(tfrecords_writer._Writer, "_write_chunk", killed), pytest.raises(Killed):
        write_tfrecords(images, tmp_path / "x", workers=1)
    return tmp_path / "x"


def test_other_pictures_do_not_continue_a_set(images, interrupted):
    with pytest.raises(
        ValueError, match=r"x\.part was begun with other pictures; call as before, or start again"
    ):
        write_tfrecords(Images(255 - images.images, images.labels), interrupted)
    with pytest.raises(ValueError, match="begun with other resolution, shuffle;"):
        write_tfrecords(images, interrupted, shuffle=False, resolution=8)


def test_a_new_start_replaces_what_was_left(images, interrupted):
    other = Images(255 - images.images)
    records = TFRecords(write_tfrecords(other, interrupted, shuffle=False, resume=False))
    np.testing.assert_array_equal(records.rows(np.arange(5), 16), other.images)


FULL = {
    "told by the system": OSError(errno.ENOSPC, "No space left on device"),
    "told by TensorFlow": tf.errors.ResourceExhaustedError(None, None, "no space"),
    "not told": [None] * 99,  # the write returns, and has written nothing
}


@pytest.mark.parametrize("error", FULL.values(), ids=FULL)
def test_a_full_disk_leaves_what_was_written_and_nothing_that_looks_finished(images, interrupted, error):
    full = mock.patch.object(tf.io.TFRecordWriter, "write", side_effect=error)
    with (
        full,
        pytest.raises(OSError, match=r"can't write .*x-r\d\d\.tfrecords.*; free space, then call again"),
    ):
        write_tfrecords(images, interrupted)
    assert not interrupted.exists() and not list(interrupted.with_name("x.part").glob("*.tfrecords.*"))
    assert len(TFRecords(write_tfrecords(images, interrupted), verify=True)) == 5


def test_too_small_a_disk_is_told_before_anything_is_written(images, tmp_path):
    usage = namedtuple("usage", "total used free")(10**6, 10**6 - 5000, 5000)
    with (
        mock.patch.object(shutil, "disk_usage", return_value=usage),
        pytest.raises(OSError, match="needs 0.00 GB more"),
    ):
        write_tfrecords(images, tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_a_folder_with_files_is_not_written_into(images, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="holds files already"):
        write_tfrecords(images, tmp_path)
    assert contents(tmp_path) == {"notes.txt": b"mine"}


@pytest.mark.parametrize("resume", [True, False])
def test_a_folder_that_is_no_interrupted_set_is_left_alone(images, tmp_path, resume):
    mine = tmp_path / "x.part"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    with pytest.raises(
        FileExistsError, match=r"x\.part holds files that no interrupted call has left; move it away"
    ):
        write_tfrecords(images, tmp_path / "x", resume=resume)
    assert contents(mine) == {"notes.txt": b"mine"}


def test_a_level_that_cannot_be_made_is_told(images, tmp_path):
    with pytest.raises(
        ValueError, match=r"resolution is 12; the largest level of images can be one of \[4, 8, 16\]"
    ):
        write_tfrecords(images, tmp_path / "x", resolution=12)


# The command


def test_command_writes_the_set(images, tmp_path, capsys):
    given, out = write_tfrecords(images, tmp_path / "given", name="x"), tmp_path / "x"
    assert (
        main(["records", f"tfrecords:{given}", str(out), "--resolution", "8", "--in-order", "--workers", "2"])
        == 0
    )
    assert "5 pictures from 4x4 to 8x8" in capsys.readouterr().out
    expected = contents(given)
    del expected["x-r04.tfrecords"]
    assert contents(out) == expected


def test_command_that_is_stopped_goes_on_when_it_is_repeated(images, tmp_path, capsys, two_at_a_time):
    given = write_tfrecords(images, tmp_path / "given", name="x")
    command = ["records", f"tfrecords:{given}", str(tmp_path / "x"), "--in-order"]
    with mock.patch.object(tfrecords_writer._Writer, "_write_level", side_effect=KeyboardInterrupt):
        assert main(command) == 130
    assert "the same command continues" in capsys.readouterr().err
    assert main(command) == 0
    assert contents(tmp_path / "x") == contents(given)


def test_command_tells_what_is_wrong_in_one_sentence(tmp_path, capsys):
    assert main(["records", f"tfrecords:{tmp_path / 'nothing'}", str(tmp_path / "x")]) == 2
    error = capsys.readouterr().err
    assert "nothing is not a folder" in error and error.count("\n") == 1


@pytest.mark.parametrize("option", ["resolution", "workers"])
def test_0_is_not_taken_for_the_default(option, tmp_path):
    with pytest.raises(ValueError, match="resolution is 0|greater than 0"):
        write_tfrecords(np.zeros((2, 8, 8, 1), "uint8"), tmp_path / "x", **{option: 0})

import hashlib
import json
import shutil

import numpy as np
import pytest
from PIL import Image
from support.drawn_ffhq import IDS, WITHOUT_LANDMARKS, draw_ffhq
from support.helpers import shrink

from stylegan_tf import data
from stylegan_tf.cli.main import main
from stylegan_tf.data import TFRecords, load_ffhq
from stylegan_tf.data.ffhq.dataset import LARGE, METADATA, THUMBNAILS


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return draw_ffhq(tmp_path_factory.mktemp("ffhq"))


@pytest.fixture()
def copy(published, tmp_path):
    """A folder that a test may spoil."""
    return shutil.copytree(published, tmp_path / "copy")


def png(folder, number, part=LARGE):
    return folder / part / f"{number - number % 1000:05}" / f"{number:05}.png"


def pixels(folder, part=LARGE, numbers=IDS):
    return np.stack([np.asarray(Image.open(png(folder, number, part))) for number in numbers])


def change_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def change_list(folder, change):
    items = json.loads((folder / METADATA).read_text())
    (folder / METADATA).write_text(json.dumps(change(items)))


# Pictures and their metadata


def test_pictures_are_those_of_the_files(published):
    ffhq = data.open_dataset(f"ffhq:{published}")
    assert (len(ffhq), ffhq.resolution, ffhq.channels, ffhq.labels) == (6, 1024, 3, None)
    np.testing.assert_array_equal(ffhq.rows(np.array([5, 0]), 1024), pixels(published)[[5, 0]])


@pytest.mark.parametrize("resolution", [4, 64, 256])
def test_smaller_pictures_are_means_of_the_large_ones(published, resolution):
    means = shrink(pixels(published), 1024 // resolution)
    np.testing.assert_array_equal(load_ffhq(published).rows(np.arange(6), resolution), np.rint(means))
    if resolution >= 64:
        np.testing.assert_array_equal(
            load_ffhq(published, resolution).rows(np.arange(6), resolution), np.rint(means)
        )


def test_at_128_the_published_thumbnails_are_read(published):
    np.testing.assert_array_equal(
        load_ffhq(published, 128).rows(np.arange(6), 128), pixels(published, THUMBNAILS)
    )


def test_thumbnails_alone_are_enough(copy):
    shutil.rmtree(copy / LARGE)
    ffhq = load_ffhq(copy)
    assert ffhq.resolution == 128 and len(ffhq) == 6


def test_every_picture_has_its_metadata(published):
    listed = json.loads((published / METADATA).read_text())
    found = load_ffhq(published).metadata
    assert [m["id"] for m in found] == list(IDS)
    for m in found:
        item = listed[str(m["id"])]
        landmarks = item["image"].get("face_landmarks", [])
        assert m.pop("landmarks").tolist() == landmarks and len(landmarks) == (
            0 if m["id"] == WITHOUT_LANDMARKS else 68
        )
        assert m.pop("category") == item["category"]
        assert m == {"id": m["id"], **{key: item["metadata"][key] for key in m if key != "id"}}
        assert set(item["metadata"]) - set(m) == {"date_uploaded", "date_crawled"}


# Parts of the set


def test_a_part_of_the_set_is_used_and_told(copy):
    png(copy, 0).unlink()
    png(copy, 59_999).write_bytes(png(copy, 59_999).read_bytes()[:-1])
    found = [f"{LARGE}/00000/00000.png", f"{LARGE}/59000/59999.png"]
    message = rf"4 of 6 pictures are used; 1 are missing \({found[0]}\) and 1 are damaged \({found[1]}\)"
    with pytest.warns(UserWarning, match=message):
        ffhq = load_ffhq(copy)
    assert [m["id"] for m in ffhq.metadata] == [1, 2, 60_000, 69_999]
    assert (ffhq.missing, ffhq.damaged) == (found[:1], found[1:])
    np.testing.assert_array_equal(ffhq.rows(np.arange(4), 1024), pixels(copy, numbers=(1, 2, 60_000, 69_999)))


def test_a_wrong_md5_is_told_when_the_picture_is_read(copy):
    change_byte(png(copy, 1))
    ffhq = load_ffhq(copy)
    ffhq.rows(np.array([0, 2]), 1024)
    with pytest.raises(
        ValueError, match=r"00001\.png is damaged \(its MD5 differs\); delete it and download it again"
    ):
        ffhq.rows(np.array([1]), 1024)


def test_a_wrong_md5_is_left_out_when_all_are_verified(copy):
    change_byte(png(copy, 1))
    png(copy, 60_000).write_bytes(b"")
    with pytest.warns(
        UserWarning, match=r"4 of 6 pictures are used; 2 are damaged \(.*60000\.png, .*00001\.png\)"
    ):
        ffhq = load_ffhq(copy, verify=True)
    assert [m["id"] for m in ffhq.metadata] == [0, 2, 59_999, 69_999]
    np.testing.assert_array_equal(ffhq.rows(np.array([1]), 1024), pixels(copy, numbers=[2]))


def test_a_file_of_another_size_is_told(copy):
    """A file and its sums may agree and the picture still be another."""
    Image.new("RGB", (512, 512)).save(png(copy, 0))
    content = png(copy, 0).read_bytes()
    sums = {"file_size": len(content), "file_md5": hashlib.md5(content).hexdigest()}
    change_list(copy, lambda items: {**items, "0": {**items["0"], "image": {**items["0"]["image"], **sums}}})
    with pytest.raises(
        ValueError, match=r"00000\.png holds uint8 \(512, 512, 3\); expected uint8 \(1024, 1024, 3\)"
    ):
        load_ffhq(copy).rows(np.array([0]), 1024)


FAULTS = {
    "no list": (
        lambda f: (f / METADATA).unlink(),
        f"lacks {METADATA}, the list of its pictures; see docs/ffhq_data.md",
    ),
    "cut list": (
        lambda f: (f / METADATA).write_text('{"0": {"category": "tr'),
        "ffhq-dataset-v2.json is damaged .*download it",
    ),
    "binary list": (
        lambda f: (f / METADATA).write_bytes(b"\xff\xd8\xff\xe0"),
        "ffhq-dataset-v2.json is damaged",
    ),
    "other list": (
        lambda f: (f / METADATA).write_text('{"0": {"image": "x"}}'),
        "is no list of FFHQ's pictures",
    ),
    "a real list": (lambda f: (f / METADATA).write_text("[1, 2]"), "is no list of FFHQ's pictures"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_when_the_folder_is_opened(copy, fault):
    plant, message = FAULTS[fault]
    plant(copy)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        load_ffhq(copy)


def test_a_folder_without_pictures_is_told(copy):
    shutil.rmtree(copy / LARGE)
    with pytest.raises(
        FileNotFoundError, match=r"none of its 6 pictures: 6 are missing \(images1024.*, \.\.\.\); download"
    ):
        load_ffhq(copy, 1024)


def test_a_side_that_is_not_published_is_told(published):
    with pytest.raises(
        ValueError, match=r"resolution is 100; FFHQ is read at one of \(64, 128, 256, 512, 1024\)"
    ):
        load_ffhq(published, 100)


def test_records_of_ffhq_are_written_by_the_command(published, tmp_path, capsys):
    out = tmp_path / "ffhq64"
    assert main(["records", f"ffhq:{published}", str(out), "--resolution", "64", "--in-order"]) == 0
    records = TFRecords(out)
    assert records.name == "ffhq64" and records.resolution == 64
    np.testing.assert_array_equal(records.rows(np.arange(6), 64), np.rint(shrink(pixels(published), 16)))


def test_the_fingerprint_knows_the_published_sums(published, copy):
    """And reads no picture for it."""
    first = load_ffhq(published).fingerprint()
    assert load_ffhq(copy).fingerprint() == first
    assert load_ffhq(copy, resolution=128).fingerprint() != first
    listed = json.loads((copy / METADATA).read_text())
    listed["1"]["image"]["file_md5"] = "0" * 32
    (copy / METADATA).write_text(json.dumps(listed))
    assert load_ffhq(copy).fingerprint() != first


def test_a_list_of_no_pictures_is_told(copy):
    (copy / METADATA).write_text("{}")
    with pytest.raises(FileNotFoundError, match="lists no pictures; download it again"):
        load_ffhq(copy)

"""TFDS's own test of a builder, in every configuration, and what it does not ask."""

import numpy as np
import pytest
import tensorflow_datasets as tfds
from support.drawn_ffhq import IDS, WITHOUT_LANDMARKS, draw_ffhq

from stylegan_tf import data
from stylegan_tf.data.ffhq.builder import Ffhq
from stylegan_tf.data.ffhq.dataset import LICENCES, THUMBNAILS, load_ffhq


@pytest.fixture(scope="module", autouse=True)
def published(tmp_path_factory):
    folder = draw_ffhq(tmp_path_factory.mktemp("ffhq"))
    TestFfhq.EXAMPLE_DIR = folder
    return folder


class TestFfhq(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = Ffhq
    SPLITS = {"train": 4, "validation": 2}


def prepared(name, folder, data_dir):
    builder = Ffhq(config=name, data_dir=data_dir)
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=folder))
    return {split: list(tfds.as_numpy(builder.as_dataset(split=split))) for split in builder.info.splits}


@pytest.mark.parametrize("name", ["64", "128"])
def test_examples_are_the_pictures_and_their_metadata(published, tmp_path, name):
    splits = prepared(name, published, tmp_path)
    assert {split: sorted(e["id"] for e in examples) for split, examples in splits.items()} == {
        "train": [i for i in IDS if i < 60_000],
        "validation": [i for i in IDS if i >= 60_000],
    }
    examples = {e["id"]: e for examples in splits.values() for e in examples}
    ffhq = load_ffhq(published, int(name))
    for metadata, picture in zip(ffhq.metadata, ffhq.rows(range(len(ffhq)), ffhq.resolution), strict=True):
        example = examples[metadata["id"]]
        np.testing.assert_array_equal(example["image"], picture)
        np.testing.assert_array_equal(example["landmarks"], metadata["landmarks"])
        assert [example[key].decode() for key in ("license", "author", "country")] == [
            metadata[key] for key in ("license", "author", "country")
        ]
    assert examples[WITHOUT_LANDMARKS]["landmarks"].shape == (0, 2) and examples[0]["landmarks"].shape == (
        68,
        2,
    )


def test_the_prepared_set_is_known_by_name(published, tmp_path):
    prepared("128", published, tmp_path)
    found, wanted = data.open_dataset("tfds:ffhq/128", data_dir=tmp_path), load_ffhq(published, 128)
    pictures = {
        wanted.rows([i], 128).tobytes() for i, m in enumerate(wanted.metadata) if m["category"] == "training"
    }
    assert {image.tobytes() for image in found.images} == pictures and found.labels is None


def test_published_files_go_in_as_they_are(published, tmp_path):
    builder = Ffhq(config="128", data_dir=tmp_path)
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=published))
    decoders = {"image": tfds.decode.SkipDecoding()}
    stored = {e["image"] for e in tfds.as_numpy(builder.as_dataset(split="train", decoders=decoders))}
    assert stored == {
        path.read_bytes() for path in (published / THUMBNAILS).rglob("*.png") if int(path.stem) < 60_000
    }


def test_a_part_of_the_set_is_prepared_and_told(tmp_path):
    folder = draw_ffhq(tmp_path / "part", numbers=(0, 1, 2, 60_000))
    thumbnail = folder / THUMBNAILS / "00000/00001.png"
    content = thumbnail.read_bytes()
    thumbnail.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    (folder / THUMBNAILS / "60000/60000.png").unlink()
    with pytest.warns(
        UserWarning,
        match="2 of 4 pictures are used; 1 are missing .*60000.png.* and 1 are damaged .*00001.png",
    ):
        splits = prepared("128", folder, tmp_path / "data")
    assert {split: sorted(e["id"] for e in examples) for split, examples in splits.items()} == {
        "train": [0, 2]
    }


def test_without_the_download_the_way_and_the_licences_are_told(tmp_path):
    with pytest.raises(AssertionError, match="CC BY-NC-SA 4.0"):
        prepared("256", tmp_path / "nothing", tmp_path / "data")
    assert LICENCES in Ffhq(data_dir=tmp_path).info.redistribution_info.license

"""~ is the home folder in every path of the data, and no folder is ever called ~."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.drawn_ffhq import draw_ffhq
from support.faults import smooth

from stylegan_tf import data
from stylegan_tf.data import Images
from stylegan_tf.files import expanded


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with pictures, and another one to work in."""
    (tmp_path / "home/photos").mkdir(parents=True)
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    for i in range(100):
        smooth(i, 16, 16).save(tmp_path / f"home/photos/{i}.png")
    yield tmp_path / "home"
    assert not list((tmp_path / "work").iterdir())


FACES = Images(np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), dtype="uint8"))


def test_pictures_and_their_cache(home):
    (home / "labels.csv").write_text("".join(f"{i}.png,{i % 2}\n" for i in range(100)))
    found = data.load_folder("~/photos", 8, labels="~/labels.csv", cache="~/cache")
    assert len(found) == 100 and found.labels.max() == 1
    assert len(data.open_dataset("folder:~/photos", resolution=8, data_dir="~/cache")) == 100
    assert len(list((home / "cache").iterdir())) == 1  # the same pictures
    assert data.examine("~/photos", 8).ready
    assert data.read_picture("~/photos/7.png", 8).shape == (8, 8, 3)


def test_stretched_pictures(home):
    Image.fromarray(np.full((16, 16), 4095, "uint16")).save(home / "photos/dark.png")
    assert len(data.open_dataset("folder:~/photos,stretch=true", resolution=8)) == 101


def test_tfrecords(home):
    assert data.write_tfrecords(FACES, "~/sets/records") == home / "sets/records"
    assert len(data.TFRecords("~/sets/records")) == len(data.open_dataset("tfrecords:~/sets/records")) == 6


def test_ffhq(home):
    draw_ffhq("~/ffhq", numbers=[0])
    assert len(data.load_ffhq("~/ffhq")) == len(data.open_dataset("ffhq:~/ffhq")) == 1


def test_toy_faces(home):
    data.load_toyfaces(2, 8, cache="~/faces", progress=False)
    data.open_dataset("toyfaces:count=3", resolution=8, data_dir=Path("~/faces"))
    assert len(list((home / "faces").glob("*.npz"))) == 2


def test_tensorflow_datasets(home):
    pytest.importorskip("tensorflow_datasets")
    with pytest.raises(FileNotFoundError, match=f"not prepared in {home}/sets"):
        data.load_tfds("mnist", data_dir="~/sets")


# The helper


@pytest.mark.parametrize("kind", [str, Path])
def test_the_home_folder_is_put_in(kind, home):
    assert expanded(kind("~/a/b")) == home / "a/b" and expanded("~") == home


@pytest.mark.parametrize("path", ["a/~/b", "a~", "/a/~b", "./~", "~nobody-of-this-name/x"])
def test_other_paths_stay_as_they_are(path, home):
    assert expanded(path) == Path(path)


def test_without_a_home_folder_none_is_made(monkeypatch):
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    with pytest.raises(ValueError, match="begins with ~ and there is no home folder; write the whole path"):
        expanded("~/cache")

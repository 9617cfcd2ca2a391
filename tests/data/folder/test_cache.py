"""The cache of decoded pictures knows them by all that they depend on, and a damaged one is made again."""

import json
import os
import shutil

import numpy as np
import pytest
from PIL import GifImagePlugin, Image, ImageFile
from support.faults import smooth

from stylegan_tf.data import load_folder
from stylegan_tf.data.folder import decoding


def plant(root, first=0):
    root.mkdir(parents=True)
    for i in range(5):
        smooth(first + i, 16, 16).save(root / f"{i}.png")
    return root


@pytest.fixture
def photos(tmp_path):
    return plant(tmp_path / "photos")


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def load(root, cache=None, **options):
    return load_folder(root, 8, minimum=1, cache=cache, **options)


def places(cache):
    return sorted(cache.iterdir())


# What they depend on


def test_truncated_pictures_are_read_as_soon_as_pillow_may(photos, cache, monkeypatch):
    smooth(9, 64, 64).save(photos / "cut.jpg", quality=95)
    (photos / "cut.jpg").write_bytes((photos / "cut.jpg").read_bytes()[:-200])
    assert len(load(photos, cache)) == 5
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    assert load(photos, cache).files == load(photos).files and len(load(photos, cache)) == 6


@pytest.mark.parametrize(
    ("owner", "name", "value"),
    [
        (ImageFile, "LOAD_TRUNCATED_IMAGES", True),
        (Image, "MAX_IMAGE_PIXELS", 10**6),
        (Image, "MAX_IMAGE_PIXELS", None),
        (Image, "OPEN", {**Image.OPEN, "NEW": None}),
        (GifImagePlugin, "LOADING_STRATEGY", GifImagePlugin.LoadingStrategy.RGB_ALWAYS),
        (decoding.PIL, "__version__", "0"),
        (decoding, "DECODER", 0),
    ],
)
def test_every_setting_of_the_decoder_counts(owner, name, value, photos, cache, monkeypatch):
    load(photos, cache)
    monkeypatch.setattr(owner, name, value)
    load(photos, cache)
    assert len(places(cache)) == 2


def test_the_version_of_a_library_counts(photos, cache, monkeypatch):
    load(photos, cache)
    monkeypatch.setattr(decoding.features, "version", lambda name: "0")
    load(photos, cache)
    assert len(places(cache)) == 2


def test_folders_of_one_name_are_told_apart(photos, cache, tmp_path):
    """With files of the same names, sizes and times."""
    other = plant(tmp_path / "elsewhere/photos")
    for path in other.iterdir():
        x = smooth(50 + int(path.stem), 16, 16)
        x.save(photos / f"{path.stem}.bmp"), smooth(int(path.stem), 16, 16).save(path.with_suffix(".bmp"))
    for root in (photos, other):
        for path in root.iterdir():
            path.unlink() if path.suffix == ".png" else os.utime(path, (0, 0))
    np.testing.assert_array_equal(load(photos, cache).images, load(photos).images)
    np.testing.assert_array_equal(load(other, cache).images, load(other).images)


def test_a_picture_replaced_by_one_of_the_same_size_and_time_is_seen(photos, cache, tmp_path):
    for i in range(5):
        smooth(i, 16, 16).save(photos / f"{i}.bmp")
        (photos / f"{i}.png").unlink()
    before = load(photos, cache).images.copy()
    stat = (photos / "3.bmp").stat()
    smooth(70, 16, 16).save(tmp_path / "new.bmp")
    os.utime(tmp_path / "new.bmp", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    os.replace(tmp_path / "new.bmp", photos / "3.bmp")
    assert (photos / "3.bmp").stat().st_mtime_ns == stat.st_mtime_ns
    after = load(photos, cache).images
    assert (after[3] != before[3]).any()
    np.testing.assert_array_equal(after, load(photos).images)


# Damage


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def change_outcome(**changes):
    def spoil(place):
        about = json.loads((place / "outcome.json").read_text())
        (place / "outcome.json").write_text(json.dumps({**about, **changes}))

    return spoil


DAMAGES = {
    "no outcome": lambda place: (place / "outcome.json").unlink(),
    "an empty outcome": lambda place: (place / "outcome.json").write_text(""),
    "half an outcome": lambda place: cut(place / "outcome.json"),
    "a garbled outcome": lambda place: (place / "outcome.json").write_bytes(b"\xff\xfe\0\0"),
    "an outcome of another form": lambda place: (place / "outcome.json").write_text("[1, 2]"),
    "an outcome of an older version": lambda place: (place / "outcome.json").write_text(
        '{"files": [], "skipped": [], "unusual": {}}'
    ),
    "other files": change_outcome(files=["0.png"]),
    "files that are none": change_outcome(files=None),
    "skipped ones that are none": change_outcome(skipped=[1]),
    "a missing level": lambda place: (place / "4.npy").unlink(),
    "a cut level": lambda place: cut(place / "8.npy"),
    "an empty level": lambda place: (place / "8.npy").write_bytes(b""),
    "a garbled level": lambda place: (place / "8.npy").write_bytes(b"garbled" * 100),
    "fewer pictures": lambda place: np.save(place / "8.npy", np.zeros((3, 8, 8, 3), "uint8")),
    "another side": lambda place: np.save(place / "8.npy", np.zeros((5, 4, 4, 3), "uint8")),
    "another type": lambda place: np.save(place / "8.npy", np.zeros((5, 8, 8, 3))),
    "objects": lambda place: np.save(place / "8.npy", np.array([{}]), allow_pickle=True),
    "nothing": lambda place: [path.unlink() for path in place.iterdir()],
    "a file in its place": lambda place: (shutil.rmtree(place), place.write_text("x")),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_made_again_with_a_word(damage, photos, cache, capsys):
    (photos / "empty.png").touch()
    expected = load(photos)
    load(photos, cache)
    (place,) = places(cache)
    DAMAGES[damage](place)
    capsys.readouterr()
    data = load(photos, cache)
    assert f"{place} is damaged (" in (told := capsys.readouterr().out) and "decoded again" in told
    assert (data.files, data.skipped) == (expected.files, expected.skipped)
    for side in (4, 8):
        np.testing.assert_array_equal(data.level(side), expected.level(side))

    # And only once.
    load(photos, cache)
    assert places(cache) == [place] and "damaged (" not in capsys.readouterr().out


def test_an_undamaged_cache_is_not_decoded_again(photos, cache, monkeypatch):
    expected = load(photos, cache).images
    monkeypatch.setattr(decoding, "decode", None)
    np.testing.assert_array_equal(load(photos, cache).images, expected)

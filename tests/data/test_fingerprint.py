"""A digest of what the data are: equal for the same pictures, another one when anything changes."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from stylegan_tf.data import Images, TFRecords, load_folder, source, write_tfrecords


def pictures(count=40, side=8, channels=1):
    return np.random.default_rng(0).integers(0, 256, (count, side, side, channels), dtype="uint8")


LABELS = np.arange(40) % 4


@pytest.fixture(params=["every pixel", "a sample"])
def seen(request, monkeypatch):
    """Small sets, of which every pixel counts, and large ones."""
    if request.param == "a sample":
        monkeypatch.setattr(source, "WHOLE", 0)
        monkeypatch.setattr(source, "SAMPLE", 3)


def changed(place):
    images = pictures()
    images[place] = 255 - images[place]
    return Images(images, LABELS)


@pytest.mark.usefixtures("seen")
def test_the_same_pictures_have_the_same_fingerprint():
    first = Images(pictures(), LABELS, name="a").fingerprint()
    assert first == Images(pictures(), LABELS.astype("int32"), name="b").fingerprint()
    assert len(first) == 32 and int(first, 16)


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize(
    "other",
    [
        *(changed(place) for place in (0, 1, 17, 39)),
        Images(pictures(), (LABELS + 1) % 4),
        Images(pictures(), np.roll(LABELS, 1)),
        Images(pictures()),
        Images(pictures()[::-1], LABELS[::-1]),
        Images(np.roll(pictures(), 1, axis=0), LABELS),
        Images(pictures()[:39], LABELS[:39]),
        Images(pictures().repeat(3, axis=3), LABELS),
        Images(pictures(10, 16), LABELS[:10]),
    ],
    ids="first second middle last classes labels none turned order fewer colour side".split(),
)
def test_what_changes_the_data_changes_the_fingerprint(other):
    assert other.fingerprint() != Images(pictures(), LABELS).fingerprint()


def test_one_pixel_counts():
    images = pictures()
    images[23, 4, 5, 0] ^= 1
    assert Images(images).fingerprint() != Images(pictures()).fingerprint()


def test_another_process_finds_the_same():
    script = (
        "import numpy as np; from stylegan_tf.data import Images; "
        "x = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), dtype='uint8'); "
        "print(Images(x, np.arange(40) % 4).fingerprint())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    printed = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert printed.stdout.split()[-1] == Images(pictures(), LABELS).fingerprint()


def saved(root, images):
    root.mkdir()
    for i, image in enumerate(images):
        Image.fromarray(image[..., 0]).save(root / f"{i:03}.png")
    return root


@pytest.mark.usefixtures("seen")
def test_a_folder_is_known_by_its_pictures(tmp_path):
    """Not by its name, nor by the names, sizes and times of the files; and mapped or not."""
    options = dict(resolution=8, channels=1, minimum=1)
    first = load_folder(saved(tmp_path / "a", pictures()), **options).fingerprint()
    assert load_folder(tmp_path / "a", cache=tmp_path / "cache", **options).fingerprint() == first
    assert load_folder(saved(tmp_path / "b", pictures()), **options).fingerprint() == first
    replaced = tmp_path / "b/011.png"
    kept = replaced.stat()
    replaced.write_bytes((tmp_path / "a/012.png").read_bytes())
    os.utime(replaced, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert load_folder(tmp_path / "b", **options).fingerprint() != first


@pytest.mark.usefixtures("seen")
def test_tfrecords_have_the_fingerprint_of_their_pictures(tmp_path):
    data = Images(pictures(), LABELS)
    same = TFRecords(write_tfrecords(data, tmp_path / "same", shuffle=False))
    assert same.fingerprint() == data.fingerprint()
    assert TFRecords(write_tfrecords(data, tmp_path / "shuffled")).fingerprint() != data.fingerprint()

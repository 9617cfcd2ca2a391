"""Pictures that lie on their side in the file: their size is told as they stand."""

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from stylegan_tf.data import examine, read_picture
from stylegan_tf.data.folder.picture import facts_of, open_picture

WIDE = np.random.default_rng(0).integers(0, 256, (40, 100, 3), dtype="uint8")


def turned(path, orientation, **options):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(WIDE).save(path, exif=exif, **options)
    return path


@pytest.mark.parametrize("kind", ["tif", "png", "jpg", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_told_is_that_of_the_picture_upright(orientation, kind, tmp_path):
    path = turned(tmp_path / f"x.{kind}", orientation)
    with open_picture(path) as image:
        facts = facts_of(image, path)
    assert (facts.width, facts.height) == ((40, 100) if orientation > 4 else (100, 40))
    assert ("EXIF rotation" in facts.unusual) == (orientation > 1)


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_tiff_is_turned_once(orientation, compression, tmp_path):
    tif = read_picture(turned(tmp_path / "x.tif", orientation, compression=compression), 40)
    np.testing.assert_array_equal(tif, read_picture(turned(tmp_path / "x.png", orientation), 40))


def test_the_doctor_tells_the_size_of_a_turned_tiff(tmp_path):
    turned(tmp_path / "x.tif", 6)
    facts = examine(tmp_path, resolution=8).pictures["x.tif"].facts
    assert (facts.width, facts.height) == (40, 100)


def test_a_tiff_that_pillow_does_not_turn_has_the_same_size(tmp_path, monkeypatch):
    """Older versions leave the size as it is in the file."""
    path = turned(tmp_path / "x.tif", 6)
    setup = TiffImagePlugin.TiffImageFile._setup

    def older(image):
        setup(image)
        image._size = (100, 40)

    monkeypatch.setattr(TiffImagePlugin.TiffImageFile, "_setup", older)
    with open_picture(path) as image:
        assert image.size == (100, 40)
        facts = facts_of(image, path)
    assert (facts.width, facts.height) == (40, 100)

"""Metadata that Pillow can't read cost no picture, and no more is said of it than is true."""

import io
import random
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile, PngImagePlugin

from stylegan_tf.data import examine, load_folder, read_picture
from stylegan_tf.data.folder.metadata import without_metadata

PIXELS = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype="uint8")
KINDS = ("png", "jpg", "webp", "tif")
# Pillow warns of what it meets in broken metadata
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")


def exif_block(orientation=1):
    """EXIF data with texts, numbers and two further directories."""
    exif = Image.Exif()
    exif[0x0110] = "a camera with a long name"
    exif[0x011A] = 72.0
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0x9003] = "2020:01:01 00:00:00"
    exif.get_ifd(0x8825)[2] = (1.0, 2.0, 3.0)
    return exif


def encoded(kind, **options):
    """A picture file of a kind as bytes, without loss where the kind allows it."""
    form = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP", "tif": "TIFF"}[kind]
    lossless = {"jpg": dict(quality=95), "webp": dict(lossless=True)}.get(kind, {})
    content = io.BytesIO()
    Image.fromarray(PIXELS).save(content, form, **lossless, **options)
    return content.getvalue()


def png_chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_chunk(chunk, late=False):
    """A PNG with one more chunk, behind the header or behind the pixels."""
    content = encoded("png")
    place = len(content) - 12 if late else 33
    return content[:place] + chunk + content[place:]


def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def read(content, path, **options):
    path.write_bytes(content)
    return read_picture(path, 16, **options)


# Each kind of file


BLOCKS = {
    "wrong magic": b"Exif\0\0IIU\0\x18\0\0\0",
    "cut": b"Exif\0\0II*\0\x08\0\0\0\x05\0\x12\x01",
    "far": b"Exif\0\0II*\0\xff\xff\xff\xff",
    "text": b"Exif\0\0nothing of the kind",
    "empty": b"Exif\0\0",
}


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_a_malformed_exif_block_costs_no_picture(kind, block, tmp_path):
    expected = read(encoded(kind), tmp_path / f"plain.{kind}")
    found = read(encoded(kind, exif=BLOCKS[block]), tmp_path / f"x.{kind}")
    np.testing.assert_array_equal(found, expected)


TEXT = b"parameters\0\0" + zlib.compress(b"x" * 3_000_000)
CHUNKS = {
    "large text": png_chunk(b"zTXt", TEXT),
    "large international text": png_chunk(b"iTXt", b"k\0\1\0\0\0" + zlib.compress(b"x" * 3_000_000)),
    "large profile": png_chunk(b"iCCP", b"icc\0\0" + zlib.compress(b"x" * 3_000_000)),
    "much text": b"".join(
        png_chunk(b"zTXt", b"k%d\0\0" % i + zlib.compress(bytes(10**6))) for i in range(70)
    ),
    "unknown compression": png_chunk(b"zTXt", b"k\0\7abc"),
    "broken profile": png_chunk(b"iCCP", b"icc\0\7abc"),
    "wrong checksum": png_chunk(b"tEXt", b"k\0text")[:-1] + b"?",
    "short gamma": png_chunk(b"gAMA", b"\0"),
    "short size": png_chunk(b"pHYs", b"\0"),
    "broken animation": png_chunk(b"fcTL", bytes(26)) + png_chunk(b"fcTL", bytes(26)),
}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("chunk", CHUNKS)
def test_a_png_is_kept_whatever_chunks_are_around_its_pixels(chunk, late, tmp_path):
    np.testing.assert_array_equal(read(with_chunk(CHUNKS[chunk], late), tmp_path / "x.png"), PIXELS)


def test_pillows_limits_for_text_cost_no_picture(tmp_path, monkeypatch):
    info = PngImagePlugin.PngInfo()
    info.add_text("a", "b" * 1000, zip=True)
    monkeypatch.setattr(PngImagePlugin, "MAX_TEXT_CHUNK", 10)
    monkeypatch.setattr(PngImagePlugin, "MAX_TEXT_MEMORY", 10)
    np.testing.assert_array_equal(read(encoded("png", pnginfo=info), tmp_path / "x.png"), PIXELS)


@pytest.mark.parametrize("cut", [1, 14, 100])
@pytest.mark.parametrize("kind", ["png", "webp"])
def test_a_file_that_is_cut_behind_its_pixels_is_whole(kind, cut, tmp_path):
    if kind == "png":
        content = with_chunk(png_chunk(b"tEXt", b"k\0" + b"text" * 50), late=True)
    else:
        content = encoded(kind, xmp=b"text" * 50)
    np.testing.assert_array_equal(read(content[:-cut], tmp_path / "x"), PIXELS)


@pytest.mark.parametrize(
    "broken",
    [
        segment(0xE0, b"JFIF\0"),
        segment(0xEE, b"Adobe"),
        segment(0xE2, b"ICC_PROFILE\0"),
        segment(0xE2, b"MPF\0x"),
    ],
    ids="jfif adobe profile several".split(),
)
def test_a_jpeg_is_kept_whatever_segments_are_before_its_pixels(broken, tmp_path):
    content = encoded("jpg")
    expected = read(content, tmp_path / "plain.jpg")
    found = read(content[:2] + broken + content[2:], tmp_path / "x.jpg")
    np.testing.assert_array_equal(found, expected)


def metadata_bytes(kind, content, payloads):
    """The places of the bytes that belong to metadata."""
    places = []
    if kind == "tif":  # entries of the first directory: tag, type, number, value
        directory = struct.unpack_from("<I", content, 4)[0]
        for i in range(struct.unpack_from("<H", content, directory)[0]):
            start = directory + 2 + 12 * i
            if struct.unpack_from("<H", content, start)[0] in (272, 282, 34665, 34675, 34853):
                places += range(start + 2, start + 12)
    for payload in payloads:
        start = content.find(payload)
        if start >= 0:
            places += range(start, start + len(payload))
    return places


@pytest.mark.parametrize("kind", KINDS)
def test_no_byte_of_metadata_costs_a_picture(kind, tmp_path):
    exif = exif_block()
    profile = bytes(range(200))
    content = encoded(kind, exif=exif, icc_profile=profile)
    expected = read(content, tmp_path / f"whole.{kind}")
    places = metadata_bytes(kind, content, [exif.tobytes()[6:], profile])
    assert len(places) >= 50
    turned = [np.rot90(picture, k) for k in range(4) for picture in (expected, expected[:, ::-1])]
    drawn = random.Random(0)
    for _ in range(60):
        spoilt = bytearray(content)
        start = drawn.randrange(len(places))
        for place in places[start : start + drawn.choice([1, 4, 12])]:
            spoilt[place] = drawn.choice([0, 255, drawn.randrange(256)])
        found = read(bytes(spoilt), tmp_path / f"x.{kind}")
        assert any(np.array_equal(found, picture) for picture in turned)  # an orientation may be hit


# What is left


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_the_orientation_outlives_the_other_metadata(kind, orientation, tmp_path):
    content = encoded(kind, exif=exif_block(orientation))
    expected = read(content, tmp_path / f"x.{kind}")
    bare = without_metadata(content)
    assert b"camera" in content and (b"camera" not in bare or kind == "tif")
    np.testing.assert_array_equal(read(bare, tmp_path / f"x.{kind}"), expected)


def test_a_large_text_does_not_hide_the_orientation(tmp_path):
    content = encoded("png", exif=exif_block(6))
    expected = read(content, tmp_path / "x.png")
    content = content[:33] + CHUNKS["large text"] + content[33:]
    np.testing.assert_array_equal(read(content, tmp_path / "x.png"), expected)


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "jpeg"])
def test_a_tiff_without_metadata_has_its_pixels(compression, big, tmp_path):
    content = encoded("tif", exif=exif_block(), compression=compression, big_tiff=big)
    expected = read(content, tmp_path / "x.tif")
    bare = without_metadata(content)
    assert bare != content
    np.testing.assert_array_equal(read(bare, tmp_path / "x.tif"), expected)


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0\xff\xff\xff\xff", b"GIF89a"]
)
def test_what_is_no_file_of_these_kinds_is_left_alone(content):
    assert without_metadata(content) in (None, content)


# What is said


@pytest.mark.parametrize("kind", ["png", "jpg", "tif"])
def test_pixels_that_are_cut_are_damaged(kind, tmp_path):
    content = with_chunk(CHUNKS["large text"]) if kind == "png" else encoded(kind)
    with pytest.raises(ValueError, match=f"x.{kind} is damaged"):
        read(content[:-200], tmp_path / f"x.{kind}")


def test_a_kind_that_pillow_lacks_is_not_damaged(tmp_path, monkeypatch):
    def lacking(*_):
        raise OSError("decoder zip not available")

    monkeypatch.setattr(ImageFile.ImageFile, "load", lacking)
    with pytest.raises(ValueError, match="is of a kind that Pillow can't decode"):
        read(encoded("png"), tmp_path / "x.png")


def test_folder_and_doctor_keep_what_read_picture_keeps(tmp_path):
    (tmp_path / "a.png").write_bytes(with_chunk(CHUNKS["large text"]))
    (tmp_path / "b.png").write_bytes(encoded("png", exif=BLOCKS["wrong magic"]))
    assert load_folder(tmp_path, 16, minimum=1).files == ["a.png", "b.png"]
    report = examine(tmp_path, resolution=16)
    assert report.usable == ["a.png", "b.png"] and not report.unreadable

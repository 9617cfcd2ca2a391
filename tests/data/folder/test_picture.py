import struct

import numpy as np
import pytest
from PIL import Image
from support.faults import smooth, write_png

from stylegan_tf.data import read_picture
from stylegan_tf.data.folder.picture import why


def noise(height=16, width=16, channels=3, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype="uint8")


def saved(path, pixels, **options):
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(path, **options)
    return path


# Conversions


# EXIF orientation -> how a picture lies in the file (EXIF 2.3, table 6: where its row 0 and column 0 are)
STORED = {
    1: lambda x: x,
    2: lambda x: x[:, ::-1],
    3: lambda x: x[::-1, ::-1],
    4: lambda x: x[::-1],
    5: lambda x: x.swapaxes(0, 1),
    6: lambda x: x.swapaxes(0, 1)[::-1],
    7: lambda x: x.swapaxes(0, 1)[::-1, ::-1],
    8: lambda x: x.swapaxes(0, 1)[:, ::-1],
}


@pytest.mark.parametrize("orientation", STORED)
def test_a_picture_is_turned_as_its_exif_says(orientation, tmp_path):
    upright, exif = noise(), Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path / "x.png", np.ascontiguousarray(STORED[orientation](upright)), exif=exif)
    np.testing.assert_array_equal(read_picture(path, 16), upright)


def test_grey_of_16_bits_is_scaled_by_its_range(tmp_path):
    every = np.arange(256, dtype="uint16").reshape(16, 16)
    path = saved(tmp_path / "x.png", every * 257)
    np.testing.assert_array_equal(read_picture(path, 16, channels=1)[..., 0], every)
    path = saved(tmp_path / "x.png", np.full((8, 8), 129, "uint16"))  # 129 / 257 is 0.502
    assert (read_picture(path, 8) == 1).all()


def test_colours_of_16_bits_keep_their_high_byte(tmp_path):
    pixels = noise()
    write_png(tmp_path / "x.png", 16, 16, 16, 2, [row.tobytes() for row in pixels.astype(">u2") * 257])
    np.testing.assert_array_equal(read_picture(tmp_path / "x.png", 16), pixels)


def test_a_palette_gives_its_colours(tmp_path):
    colours, index = noise(1, 7)[0], np.arange(256).reshape(16, 16) % 7
    picture = Image.fromarray(index.astype("uint8"))
    picture.putpalette(colours.tobytes())
    np.testing.assert_array_equal(read_picture(saved(tmp_path / "x.png", picture), 16), colours[index])


def test_a_transparent_colour_of_a_palette_shows_the_background(tmp_path):
    colours, index = noise(1, 4)[0], np.arange(256).reshape(16, 16) % 4
    picture = Image.fromarray(index.astype("uint8"))
    picture.putpalette(colours.tobytes())
    colours = colours.copy()
    colours[2] = 10, 20, 30
    path = saved(tmp_path / "x.png", picture, transparency=2)
    np.testing.assert_array_equal(read_picture(path, 16, background=(10, 20, 30)), colours[index])


@pytest.mark.parametrize("background", [255, 0, (200, 100, 0)])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_are_mixed_with_the_background(mode, background, tmp_path):
    pixels = noise(channels=len(mode))
    *colour, alpha = np.moveaxis(pixels.astype(float), -1, 0)
    expected = [
        np.broadcast_to(background, 3)[i] * (1 - alpha / 255) + colour[i % len(colour)] * alpha / 255
        for i in range(3)
    ]
    path = saved(tmp_path / "x.png", pixels)
    np.testing.assert_allclose(read_picture(path, 16, background=background), np.stack(expected, -1), atol=1)


def test_inks_become_lights(tmp_path):
    inks = {
        (255, 0, 0, 0): (0, 255, 255),
        (0, 255, 0, 0): (255, 0, 255),
        (0, 0, 255, 0): (255, 255, 0),
        (0, 0, 0, 255): (0, 0, 0),
    }
    for ink, light in inks.items():
        path = saved(tmp_path / "x.tif", Image.new("CMYK", (8, 8), ink))
        assert (read_picture(path, 8) == light).all()


def test_one_bit_is_black_or_white(tmp_path):
    bits = noise(channels=1)[..., 0] > 127
    np.testing.assert_array_equal(
        read_picture(saved(tmp_path / "x.png", bits), 16, channels=1)[..., 0], bits * 255
    )


def test_grey_weighs_the_colours_by_itu_601(tmp_path):
    pixels = noise()
    grey = read_picture(saved(tmp_path / "x.png", pixels), 16, channels=1)
    np.testing.assert_allclose(grey[..., 0], pixels @ [0.299, 0.587, 0.114], atol=1)


def test_grey_becomes_three_equal_channels(tmp_path):
    pixels = noise(channels=1)[..., 0]
    np.testing.assert_array_equal(
        read_picture(saved(tmp_path / "x.bmp", pixels), 16), np.stack([pixels] * 3, -1)
    )


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_the_first_frame_of_several_is_used(kind, tmp_path):
    first, second = Image.new("RGB", (8, 8), "white"), Image.new("RGB", (8, 8), "black")
    path = saved(tmp_path / f"x.{kind}", first, save_all=True, append_images=[second])
    assert (read_picture(path, 8) == 255).all()


def test_the_content_counts_not_the_extension(tmp_path):
    pixels = noise()
    np.testing.assert_array_equal(read_picture(saved(tmp_path / "x.jpg", pixels, format="PNG"), 16), pixels)


# Geometry


@pytest.mark.parametrize(
    ("height", "width", "rows", "columns"),
    [(16, 24, (0, 16), (4, 20)), (24, 16, (4, 20), (0, 16)), (16, 17, (0, 16), (0, 16))],
)
def test_the_centre_square_is_cut(height, width, rows, columns, tmp_path):
    pixels = noise(height, width)
    expected = pixels[slice(*rows), slice(*columns)]
    np.testing.assert_array_equal(read_picture(saved(tmp_path / "x.png", pixels), 16), expected)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_padded_picture_is_whole_with_background_beside_it(channels, tmp_path):
    pixels = noise(6, 16, channels)
    picture = read_picture(
        saved(tmp_path / "x.png", pixels.squeeze()), 16, channels, fit="pad", background=77
    )
    np.testing.assert_array_equal(picture[5:11], pixels)
    assert (picture[:5] == 77).all() and (picture[11:] == 77).all()


def test_a_padded_line_does_not_vanish(tmp_path):
    picture = read_picture(saved(tmp_path / "x.png", np.zeros((200, 1), "uint8")), 16, fit="pad")
    assert (picture[:, 7] == 0).all() and (picture == 0).sum() == 16 * 3


@pytest.mark.parametrize("side", [64, 60, 1000])
def test_a_reduced_checkerboard_is_grey(side, tmp_path):
    """Without antialiasing it would be black, white, or a coarser board."""
    board = (np.indices((side, side)).sum(axis=0) % 2 * 255).astype("uint8")
    picture = read_picture(saved(tmp_path / "x.png", board), 16, channels=1)
    assert np.abs(picture[2:-2, 2:-2].astype(int) - 127.5).max() < 4


@pytest.mark.parametrize("side", [64, 200, 1024])
def test_a_reduced_ramp_is_a_ramp(side, tmp_path):
    ramp = np.tile(((np.arange(side) + 0.5) / side * 200 + 20).round().astype("uint8"), (side, 1))
    picture = read_picture(saved(tmp_path / "x.png", ramp), 16, channels=1)
    np.testing.assert_allclose(picture[8, 2:-2, 0], ((np.arange(16) + 0.5) / 16 * 200 + 20)[2:-2], atol=1)


@pytest.mark.parametrize("size", [(1600, 800), (900, 700), (701, 799)])
def test_a_jpeg_halved_while_decoded_is_as_one_decoded_whole(size, tmp_path):
    path, lossless = tmp_path / "x.jpg", tmp_path / "x.png"
    saved(path, smooth(0, *size), quality=95)
    Image.open(path).save(lossless)
    assert np.abs(read_picture(path, 32).astype(int) - read_picture(lossless, 32)).max() <= 2


def test_a_smaller_picture_is_enlarged_only_if_asked(tmp_path):
    path = saved(tmp_path / "x.png", Image.new("RGB", (20, 7), (10, 20, 30)))
    with pytest.raises(ValueError, match="x.png is 20x7, too small for 8x8"):
        read_picture(path, 8)
    assert (read_picture(path, 8, enlarge=True) == (10, 20, 30)).all()
    assert read_picture(path, 16, fit="pad").shape == (16, 16, 3)  # its longer side has 20
    with pytest.raises(ValueError, match="too small for 32x32"):
        read_picture(path, 32, fit="pad")


# Refusals


@pytest.mark.parametrize("side", [101, 200])
def test_pillows_guard_against_bombs_is_kept(side, tmp_path, monkeypatch):
    """Pillow warns from the limit on, and refuses from twice the limit on: here both are refused."""
    path = saved(tmp_path / "x.png", Image.new("1", (side, side)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    with pytest.raises(ValueError, match="x.png has too many pixels, more than the 10,000"):
        read_picture(path, 8)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused_where_the_warning_is_off(tmp_path, monkeypatch):
    path = saved(tmp_path / "x.png", Image.new("1", (101, 101)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    with pytest.raises(ValueError, match="too many pixels"):
        read_picture(path, 8)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_what_is_no_picture_is_named(content, tmp_path):
    (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(ValueError, match=r"x\.png is (empty|no picture|damaged)"):
        read_picture(tmp_path / "x.png", 8)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read_picture(tmp_path / "x.png", 8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(fit="fill"), "fit is 'fill'"),
        (dict(channels=2), "channels is 2"),
        (dict(background=0.5), "is 0.5"),
    ],
)
def test_a_bad_argument_is_not_blamed_on_the_file(arguments, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        read_picture(saved(tmp_path / "x.png", noise()), 8, **arguments)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "does not fit into memory"),
        (OSError(24, "Too many open files"), "can't be read (Too many open files)"),
    ],
)
def test_what_the_machine_lacks_is_not_blamed_on_the_file(error, words):
    assert why(error) == words


@pytest.mark.parametrize(
    "entry", [struct.pack("<HHII", 0x0112, 3, 1, 9), struct.pack("<HHI4s", 0x0112, 2, 4, b"abc")]
)
def test_an_orientation_without_sense_leaves_the_picture_as_it_lies(entry, tmp_path):
    pixels, exif = noise(), b"Exif\0\0II*\0\x08\0\0\0\x01\0" + entry + bytes(4)
    np.testing.assert_array_equal(read_picture(saved(tmp_path / "x.png", pixels, exif=exif), 16), pixels)

"""Pictures of 16 bits: their range, values of 10 and 12 bits in them, and masks, which look black too."""

import shlex
import struct

import numpy as np
import pytest
from PIL import Image
from support.faults import smooth, write_png

from stylegan_tf.data import examine, load_folder, open_dataset, read_picture
from stylegan_tf.data.folder.picture import white_for


def grey(path, values):
    Image.fromarray(np.asarray(values, "uint16")).save(path)
    return path


def ramp(highest, side=16):
    return np.linspace(0, highest, side * side).reshape(side, side).round()


def colour(path, values, alpha=False):
    """A PNG of 16 bits in colour, or of grey with alpha: values (H, W, channels)."""
    height, width, _ = values.shape
    rows = [row.tobytes() for row in values.astype(">u2")]
    write_png(path, width, height, 16, 4 if alpha else 2, rows)
    return path


def folder_of(root, highest, count=100, kind="png"):
    """Grey pictures whose values go up to ``highest``; each is darker than the next."""
    root.mkdir(exist_ok=True)
    for i in range(count):
        grey(root / f"{i:03}.{kind}", ramp(highest * (i + 1) / count))
    return root


# Stretched


@pytest.mark.parametrize("kind", ["png", "tif"])
@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_a_stretched_picture_fills_the_range(bits, kind, tmp_path):
    white = 2**bits - 1
    path = grey(tmp_path / f"x.{kind}", ramp(white))
    expected = np.rint(ramp(white) * 255 / white)
    np.testing.assert_allclose(read_picture(path, 16, 1, stretch=True)[..., 0], expected, atol=1)
    assert read_picture(path, 16, 1).max() == round(white / 257)


@pytest.mark.parametrize(
    ("highest", "white"), [(0, 1), (1, 1), (2, 3), (2100, 4095), (4096, 8191), (65535, 65535)]
)
def test_white_has_as_many_bits_as_the_highest_value(highest, white):
    assert white_for(highest) == white


def test_a_white_of_ones_own_is_taken(tmp_path):
    path = grey(tmp_path / "x.png", ramp(1000))
    assert read_picture(path, 16, 1, stretch=2000).max() == 128
    assert read_picture(path, 16, 1, stretch=500).max() == 255


def test_colours_are_stretched_and_alpha_is_not(tmp_path):
    values = np.full((16, 16, 3), 4095)
    assert read_picture(colour(tmp_path / "x.png", values), 16).max() == 15
    assert read_picture(colour(tmp_path / "x.png", values), 16, stretch=True).min() == 255
    halves = np.broadcast_to([4095, 32768], (16, 16, 2))
    path = colour(tmp_path / "y.png", np.array(halves), alpha=True)
    np.testing.assert_allclose(read_picture(path, 16, background=0, stretch=True), 128, atol=1)


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1"])
def test_pictures_of_8_bits_are_not_stretched(mode, tmp_path):
    path = tmp_path / "x.png"
    Image.fromarray(np.asarray(smooth(1)) // 4).convert(mode).save(path)
    np.testing.assert_array_equal(read_picture(path, 16, stretch=True), read_picture(path, 16))


def test_a_folder_is_stretched_by_its_highest_value(tmp_path):
    """A picture that is darker than the others stays so."""
    data = load_folder(folder_of(tmp_path / "x", 4095), 16, 1, stretch=True)
    np.testing.assert_allclose(data.images.max(axis=(1, 2, 3)), np.arange(1, 101) * 2.55, atol=1)
    assert data.name.endswith("x,stretch=true")


def test_a_cache_keeps_stretched_pictures_apart(tmp_path):
    root = folder_of(tmp_path / "x", 1023)
    for _ in range(2):
        for stretch, highest in ((False, 4), (True, 255), (2047, 127)):
            assert load_folder(root, 16, 1, cache=tmp_path / "cache", stretch=stretch).images.max() == highest


def test_a_name_can_ask_for_it(tmp_path):
    root = folder_of(tmp_path / "x", 4095)
    data = open_dataset(f"folder:{root},stretch=true", channels=1)
    assert data.images.max() == 255 and open_dataset(f"folder:{root}", channels=1).images.max() == 16
    np.testing.assert_array_equal(open_dataset(data.name, channels=1).images, data.images)


def test_a_folder_of_that_name_is_itself(tmp_path):
    root = folder_of(tmp_path / "x,stretch=true", 4095)
    assert open_dataset(f"folder:{root}", channels=1).images.max() == 16


# Told


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("highest", [1023, 4095, 16383])
def test_the_loader_says_that_pictures_are_dark(highest, again, tmp_path, capsys):
    root = folder_of(tmp_path / "x", highest)
    for _ in range(1 + again):  # of a cache too
        capsys.readouterr()
        load_folder(root, 16, 1, cache=tmp_path / "cache")
    told = capsys.readouterr().out
    assert f"dark: 100 of 16 bits, values up to {highest} of 65535" in told and "stretch=True" in told


def test_the_loader_says_it_of_colours(tmp_path, capsys):
    for i in range(3):
        colour(tmp_path / f"{i}.png", np.random.default_rng(i).integers(0, 4096, (16, 16, 3)))
    load_folder(tmp_path, 16, minimum=1)
    assert "dark: 3 of 16 bits, values up to 3840 of 65535" in capsys.readouterr().out


@pytest.mark.parametrize("options", [dict(stretch=True), dict(highest=65535), dict(highest=40000)])
def test_the_loader_says_nothing_where_there_is_nothing_to_say(options, tmp_path, capsys):
    options = dict(options)
    load_folder(folder_of(tmp_path / "x", options.pop("highest", 4095)), 16, 1, **options)
    assert "dark" not in capsys.readouterr().out


def test_one_bright_picture_makes_the_folder_bright(tmp_path, capsys):
    grey(folder_of(tmp_path / "x", 4095) / "bright.png", ramp(60000))
    load_folder(tmp_path / "x", 16, 1)
    assert "dark" not in capsys.readouterr().out


def test_the_doctor_says_it_and_its_command_stretches(tmp_path):
    root = folder_of(tmp_path / "x", 4095)
    report = examine(root)
    assert "\nDark: 100 (values up to 4095 of 65535" in report.text() and "Low contrast" not in report.text()
    command = shlex.split(report.verdict().partition("stylegan-tf ")[2])
    name = command[command.index("--dataset") + 1]
    data = open_dataset(name, resolution=16, channels=1)
    assert data.images.max() == 255
    np.testing.assert_array_equal(report.sheet(100), data.images)


def test_the_doctor_says_nothing_of_full_ranges(tmp_path):
    report = examine(folder_of(tmp_path / "x", 65535))
    assert "dark" not in report.remarks and "stretch" not in report.verdict()


# Masks


@pytest.mark.parametrize("channels", [1, 3])
def test_a_folder_of_masks_is_told(channels, tmp_path):
    rng = np.random.default_rng(0)
    for i in range(3):
        Image.fromarray(rng.integers(0, 2, (16, 16), dtype="uint8")).save(tmp_path / f"{i}.png")
    with pytest.warns(UserWarning, match="highest pixel value is 1 of 255"):
        load_folder(tmp_path, 16, channels, minimum=1)
    report = examine(tmp_path)
    assert report.remarks["mask"] == ["0.png", "1.png", "2.png"] and "low contrast" not in report.remarks
    assert "\nMask: 3 (its values are 0 and 1 of 255" in report.text()


def test_black_and_white_of_one_bit_is_no_mask(tmp_path):
    smooth(0).convert("1").save(tmp_path / "x.png")
    assert "mask" not in examine(tmp_path).remarks


# Transparency


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_a_transparent_grey_of_any_depth_shows_the_background(bits, tmp_path):
    """The value that is transparent has as many bits as the pixels."""
    values = np.arange(256).reshape(16, 16) % 2 ** min(bits, 8)
    if bits == 16:
        rows = [row.tobytes() for row in (values * 257).astype(">u2")]
        full = 65535
    else:
        digits = (values[..., None] >> np.arange(bits)[::-1]) & 1  # (16, 16, bits)
        rows = [np.packbits(row).tobytes() for row in digits]
        full = 2**bits - 1
    key = 257 if bits == 16 else 1
    write_png(tmp_path / "x.png", 16, 16, bits, 0, rows, struct.pack(">H", key))
    expected = values * 255 / min(full, 255)
    expected[values == 1] = 99
    found = read_picture(tmp_path / "x.png", 16, 1, background=99)[..., 0]
    np.testing.assert_allclose(found, expected, atol=0.5)


@pytest.mark.parametrize("bits", [8, 16])
def test_a_transparent_colour_shows_the_background(bits, tmp_path):
    colours = np.array([[10, 20, 30], [40, 50, 60]])[np.arange(256).reshape(16, 16) % 2]
    scale = 257 if bits == 16 else 1
    rows = [row.tobytes() for row in (colours * scale).astype(">u2" if bits == 16 else "u1")]
    key = struct.pack(">3H", 10 * scale, 20 * scale, 30 * scale)
    write_png(tmp_path / "x.png", 16, 16, bits, 2, rows, key)
    expected = np.where(colours == [10, 20, 30], 99, colours)
    np.testing.assert_array_equal(read_picture(tmp_path / "x.png", 16, background=99), expected)


@pytest.mark.parametrize(("mode", "kind"), [("PA", "tif"), ("LA", "tif"), ("RGBA", "webp"), ("RGBA", "tif")])
def test_alpha_of_other_kinds_shows_the_background(mode, kind, tmp_path):
    picture = Image.new(mode, (16, 16))
    picture.putalpha(Image.fromarray(np.tile(np.array([0, 255], "uint8"), (16, 8))))
    picture.save(tmp_path / f"x.{kind}", **(dict(lossless=True) if kind == "webp" else {}))
    found = read_picture(tmp_path / f"x.{kind}", 16, background=99)
    assert (found[:, ::2] == 99).all() and (found[:, 1::2] == 0).all()


def test_alpha_of_many_palette_entries_shows_the_background(tmp_path):
    picture = Image.fromarray(np.arange(256, dtype="uint8").reshape(16, 16) % 3)
    picture.putpalette([0, 0, 0, 100, 100, 100, 200, 200, 200])
    picture.save(tmp_path / "x.png", transparency=bytes([0, 128, 255]))
    found = read_picture(tmp_path / "x.png", 16, 1, background=0)
    levels = np.array([0, 50, 200])[np.arange(256).reshape(16, 16) % 3]
    np.testing.assert_allclose(found[..., 0], levels, atol=1)

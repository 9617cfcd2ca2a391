import sys

import numpy as np
import pytest

from stylegan_tf import data
from stylegan_tf.data.toyfaces import dataset as toyfaces
from stylegan_tf.data.toyfaces.dataset import FACTORS, ToyFaces, draw_faces, load_toyfaces, sample_factors


@pytest.fixture
def no_drawing(monkeypatch):
    """Any attempt to draw fails."""

    def refuse(*_):
        raise AssertionError("a face was drawn")

    return lambda: monkeypatch.setattr(toyfaces.face_drawing, "draw_face", refuse)


def load(folder=None, **changes):
    return load_toyfaces(**(dict(count=6, resolution=16, seed=2, cache=folder, progress=False) | changes))


def test_pictures_belong_to_their_factors():
    faces = load(rho=0.5)
    np.testing.assert_array_equal(faces.factors, sample_factors(6, 2, rho=0.5))
    np.testing.assert_array_equal(faces.images, draw_faces(faces.factors, 16, detail_seed=2))
    assert (faces.name, faces.resolution, faces.channels, len(faces), faces.labels) == (
        "toyfaces:count=6,seed=2,rho=0.5",
        16,
        3,
        6,
        None,
    )


def test_one_face_is_drawn_like_a_row_of_many():
    factors = sample_factors(2, seed=5)
    np.testing.assert_array_equal(draw_faces(factors[0], 16), draw_faces(factors, 16)[:1])


def test_dataset_has_pictures_and_factors_side_by_side():
    faces = load()
    elements = list(faces.dataset().as_numpy_iterator())
    np.testing.assert_array_equal([e["image"] for e in elements], faces.images)
    np.testing.assert_array_equal([e["factors"] for e in elements], faces.factors)
    np.testing.assert_array_equal(data.as_images(faces.dataset()).images, faces.images)


def test_cache_gives_the_same_faces_without_drawing(tmp_path, no_drawing):
    first = load(tmp_path, hole=0.5)
    no_drawing()
    again = load(tmp_path, hole=0.5)
    np.testing.assert_array_equal(again.images, first.images)
    np.testing.assert_array_equal(again.factors, first.factors)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 3},
        {"resolution": 32},
        {"count": 7},
        {"rho": 0.9},
        {"hole": 1.0, "combination": {"glasses": 1}},
    ],
)
def test_other_settings_are_kept_in_other_files(tmp_path, change):
    load(tmp_path)
    other = load(tmp_path, **change)
    assert len(list(tmp_path.glob("*.npz"))) == 2
    np.testing.assert_array_equal(other.images, load(**change).images)


def test_another_version_of_the_drawing_is_drawn_again(tmp_path, monkeypatch, no_drawing):
    load(tmp_path)
    monkeypatch.setattr(toyfaces.face_drawing, "VERSION", -1)
    no_drawing()
    with pytest.raises(AssertionError, match="was drawn"):
        load(tmp_path)


@pytest.mark.parametrize("damage", ["cut short", "a byte changed", "emptied", "other pictures"])
def test_damaged_cache_is_told_and_drawn_again(tmp_path, damage):
    first = load(tmp_path)
    (path,) = tmp_path.iterdir()
    content = bytearray(path.read_bytes())
    if damage == "a byte changed":
        content[len(content) // 2] ^= 255
    path.write_bytes({"cut short": content[:-200], "emptied": b""}.get(damage, content))
    if damage == "other pictures":
        np.savez(path, images=first.images[:3])
    with pytest.warns(UserWarning, match="is damaged .* drawn again"):
        again = load(tmp_path)
    np.testing.assert_array_equal(again.images, first.images)
    np.testing.assert_array_equal(load(tmp_path).images, first.images)  # mended: no warning


def test_open_dataset_draws_ten_thousand_faces_at_the_resolution_asked_for(monkeypatch):
    """Counted, not drawn."""
    monkeypatch.setattr(
        toyfaces,
        "draw_faces",
        lambda factors, resolution, *_: np.zeros((len(factors), resolution, resolution, 3), "uint8"),
    )
    assert data.open_dataset("toyfaces", resolution=64).images.shape == (10_000, 64, 64, 3)
    assert data.open_dataset("toyfaces").resolution == 32


def test_dials_in_a_data_sets_name_are_arguments_of_load_toyfaces():
    named = data.open_dataset("toyfaces:count=5,seed=3,rho=0.8,hole=1")
    wanted = load_toyfaces(5, seed=3, rho=0.8, hole=1.0)
    assert named.name == "toyfaces:count=5,seed=3,rho=0.8,hole=1.0"
    np.testing.assert_array_equal(named.factors, wanted.factors)
    np.testing.assert_array_equal(named.images, wanted.images)


@pytest.mark.parametrize(
    "name", ["toyfaces:", "toyfaces:rho", "toyfaces:rho=much", "toyfaces:size=3", "toyfaces:rho=0.8,"]
)
def test_a_dial_that_does_not_exist_is_refused(name):
    with pytest.raises(ValueError, match="its dials are count=FACES"):
        data.check_name(name)


def wrong(name, value):
    factors = sample_factors(3)
    factors[1, [f.name for f in FACTORS].index(name)] = value
    return factors


@pytest.mark.parametrize(
    "factors, message",
    [
        (np.zeros((2, 5)), r"shape \(2, 5\); expected \(N, 12\): yaw, pitch"),
        (np.zeros((1, 2, 12)), "expected"),
        (wrong("yaw", 50), "face 1 has yaw = 50.0; it must be a number from -40 to 40"),
        (wrong("skin", np.nan), "face 1 has skin = nan"),
        (wrong("glasses", 0.5), "face 1 has glasses = 0.5; it must be a whole number from 0 to 1"),
        (wrong("shirt", 5), "whole number from 0 to 4"),
    ],
)
def test_factors_that_are_none_are_refused(factors, message):
    with pytest.raises(ValueError, match=message):
        draw_faces(factors)


@pytest.mark.parametrize("resolution", [2, 48, 2048])
def test_resolutions_are_powers_of_two(resolution):
    with pytest.raises(ValueError, match="power of two from 4 to 1024"):
        draw_faces(sample_factors(1), resolution)


def test_factors_of_other_faces_are_refused():
    with pytest.raises(ValueError, match=r"shape \(3, 12\) for 2 faces"):
        ToyFaces(np.zeros((2, 8, 8, 3), "uint8"), sample_factors(3))


def test_a_resolution_of_0_is_not_taken_for_the_default():
    with pytest.raises(ValueError, match="resolution is 0"):
        data.open_dataset("toyfaces:count=2", resolution=0)


def test_a_bar_is_shown_on_a_terminal_and_not_in_a_log(capsys, monkeypatch):
    factors = sample_factors(3)
    draw_faces(factors, 4, progress=True)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    draw_faces(factors, 4, progress=True)
    assert "drawing faces" in capsys.readouterr().err

"""The two looks of toy faces: colours that are names or numbers, and how much of a picture is chance."""

import numpy as np
import pytest

from stylegan_tf import data
from stylegan_tf.data import draw_faces, load_toyfaces, sample_factors
from stylegan_tf.data.names import check_name, is_toyfaces, kind, look
from stylegan_tf.data.toyfaces.factors import FACTORS, NAMES, PALETTE, PALETTES, factor_table
from stylegan_tf.metrics.evaluation import judge_of

COLOURS = ("hair_colour", "background", "shirt")


def continuous(count=1, seed=0, **colours):
    """Factors of continuous colours, some of them set."""
    factors = sample_factors(count, seed, palette="continuous")
    for name, value in colours.items():
        factors[:, NAMES.index(name)] = value
    return factors


def drawn(factors, resolution=32, seed=0, detail=0.0):
    return draw_faces(factors, resolution, seed, palette="continuous", detail=detail).astype("float32")


# Colours


def test_palettes_differ_in_the_colours_alone():
    for named, number in zip(PALETTES["named"], PALETTES["continuous"], strict=True):
        assert named.name == number.name
        assert (named == number) == (named.name not in COLOURS)
        if named.name in COLOURS:
            assert (named.kind, number.kind) == ("categorical", "continuous")
    assert FACTORS == PALETTES[PALETTE]


def test_continuous_colours_are_evenly_spread_from_0_to_1():
    factors = continuous(4000, seed=3)
    for name in COLOURS:
        column = np.sort(factors[:, NAMES.index(name)])
        np.testing.assert_allclose(column, np.linspace(0, 1, 4000), atol=0.03)


def test_the_other_factors_do_not_depend_on_the_palette():
    others = [i for i, name in enumerate(NAMES) if name not in COLOURS]
    np.testing.assert_array_equal(continuous(50, 2)[:, others], sample_factors(50, 2)[:, others])


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("ends", [(0.0, 0.5), (0.6, 1.0), (0.0, 1.0)])
def test_a_mixture_of_two_colours_is_a_colour(colour, ends):
    """The mean of two pictures is, nearly, the picture half-way: a line in RGB that bends a little.

    Within one half of the line there is no bend, but rounding.
    """
    start, end, middle = (drawn(continuous(1, 4, **{colour: c})) for c in (*ends, sum(ends) / 2))
    length = np.abs(start - end).max()
    bend = 2 if ends != (0.0, 1.0) else 0.25 * length
    assert length > 20
    assert np.abs((start + end) / 2 - middle).max() <= bend


def test_named_colours_do_not_mix():
    """The reason for the other palette: between mint and rose there is no background."""
    column = NAMES.index("background")
    faces = np.repeat(sample_factors(1, 4), 5, axis=0)
    faces[:, column] = range(5)
    corners = draw_faces(faces, 32)[:, 0, 0].astype(float)  # the background's colour at the top left
    mixed = corners[[1, 2]].mean(axis=0)
    assert np.linalg.norm(corners - mixed, axis=1).min() > 25


def test_pictures_of_the_other_palette_are_refused():
    with pytest.raises(ValueError, match="hair_colour = .*; it must be a number from 0 to 1"):
        draw_faces(sample_factors(20), palette="continuous")
    with pytest.raises(ValueError, match="hair_colour = .*; it must be a whole number from 0 to 4"):
        draw_faces(continuous(20))


@pytest.mark.parametrize(
    "call",
    [
        lambda: sample_factors(2, palette="pastel"),
        lambda: draw_faces(sample_factors(2), palette="pastel"),
        lambda: load_toyfaces(2, palette="pastel", progress=False),
        lambda: factor_table("pastel"),
    ],
)
def test_an_unknown_palette_is_named_with_those_that_there_are(call):
    with pytest.raises(ValueError, match="there is no palette 'pastel'; choose from named, continuous"):
        call()


# Detail


@pytest.mark.parametrize("resolution", [32, 64])
def test_at_detail_1_chance_explains_at_least_2_percent_of_a_face(resolution):
    """Variance over streams of chance, as a share of the variance of the pixels of one face."""
    factors = continuous(20, seed=5)
    faces = np.stack([drawn(factors, resolution, seed, detail=1) for seed in range(6)])
    by_chance = faces.var(axis=0, ddof=1).mean(axis=(1, 2, 3))
    within_a_face = faces.mean(axis=0).var(axis=(1, 2)).mean(axis=1)
    assert (by_chance / within_a_face).mean() > 0.02


def test_chance_grows_with_the_detail():
    factors = continuous(10, seed=5)
    spread = []
    for detail in (0, 0.5, 1):
        faces = np.stack([drawn(factors, 32, seed, detail) for seed in range(6)])
        spread.append(faces.var(axis=0).mean())
    assert spread[0] < spread[1] / 3 and spread[1] < spread[2] / 2


def test_chance_leaves_background_eyes_and_mouth_alone():
    """What changes is hair, cheeks and shirt: a frontal face of 64 pixels, its other places by hand."""
    face = continuous(1, yaw=0, pitch=0, roll=0, hair_length=0, fringe=0, glasses=0, moustache=0, smile=0)
    first, second = (drawn(face, 64, seed, detail=1)[0] for seed in (1, 2))
    moved = np.abs(first - second).max(axis=2) > 0
    assert moved.any()
    background, eyes, mouth = moved[:40, :8], moved[27:31, 20:26], moved[44:48, 26:38]
    assert not background.any() and not eyes.any() and not mouth.any()


@pytest.mark.parametrize("detail", [-0.1, 1.1, float("nan")])
def test_a_detail_out_of_range_is_refused(detail):
    with pytest.raises(ValueError, match=f"detail is {detail}; it is a number from 0 to 1"):
        draw_faces(sample_factors(1), detail=detail)
    with pytest.raises(ValueError, match=f"detail is {detail}"):
        load_toyfaces(1, detail=detail, progress=False)


# As a data set


def test_a_name_gives_the_look_back():
    faces = load_toyfaces(4, palette="continuous", detail=0.5, progress=False)
    assert faces.name == "toyfaces:count=4,palette=continuous,detail=0.5"
    assert faces.palette == "continuous"
    np.testing.assert_array_equal(data.open_dataset(faces.name).images, faces.images)
    assert look(faces.name) == ("continuous", 0.5) and look("toyfaces") == (PALETTE, 0.0)


def test_the_cache_tells_looks_apart(tmp_path):
    looks = [{}, {"palette": "continuous"}, {"detail": 1.0}, {"palette": "continuous", "detail": 1.0}]
    first = [load_toyfaces(3, cache=tmp_path, progress=False, **dials).images for dials in looks]
    assert len(list(tmp_path.iterdir())) == 4
    for images, dials in zip(first, looks, strict=True):
        again = load_toyfaces(3, cache=tmp_path, progress=False, **dials)
        np.testing.assert_array_equal(again.images, images)


def test_faces_of_a_palette_are_of_one_kind():
    assert kind("toyfaces:rho=0.8,detail=1") == "toyfaces"
    assert kind("toyfaces:palette=named,count=3") == "toyfaces"
    assert kind("toyfaces:detail=1,palette=continuous") == "toyfaces:palette=continuous"
    assert is_toyfaces("toyfaces:detail=1") and not is_toyfaces("tfds:mnist")


def test_an_unknown_palette_is_refused_in_a_name():
    with pytest.raises(ValueError, match="has 'palette=pastel'.* palette=named or continuous"):
        check_name("toyfaces:palette=pastel")


def test_each_palette_has_its_judge():
    faces = load_toyfaces(60, palette="continuous", detail=1, progress=False)
    judge = judge_of(faces.name)
    images = faces.images / 127.5 - 1
    found = judge.redraw(images)
    assert (found.palette, found.detail) == ("continuous", 1.0)
    assert np.median(found.distances) < 0.15, "as real faces are, once they are read rightly"

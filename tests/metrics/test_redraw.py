"""The redraw score: pictures that can be drawn again are near their second picture, broken ones are far."""

import numpy as np
import pytest

from stylegan_tf import Config, Generator
from stylegan_tf.data import FACTORS, draw_faces, load_digits, load_toyfaces, sample_factors
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.data.toyfaces.factors import PALETTES
from stylegan_tf.figures.redraw import redraw_pairs
from stylegan_tf.metrics import FaceReader, evaluation, redraw
from stylegan_tf.metrics.redraw import (
    DETAIL_SEED,
    Redrawn,
    by_factor,
    limit_of_fresh_faces,
    most_likely,
    redraw_limit,
    share_beyond,
)


class Knows:
    """A reader that makes no mistakes: it was told the factors."""

    def __init__(self, factors, palette="named"):
        self.factors = factors
        self.palette = palette

    def read(self, images):
        found = {}
        for factor, column in zip(PALETTES[self.palette], self.factors.T, strict=True):
            if factor.kind == "categorical":
                column = 0.9 * np.eye(len(factor.values))[column.astype(int)] + 0.01
            elif factor.kind == "binary":
                column = 0.2 + 0.6 * column
            found[factor.name] = column
        return found


@pytest.fixture(scope="module")
def real():
    faces = load_toyfaces(400, seed=5, progress=False)
    return to_unit_range(faces.images), faces.factors


@pytest.mark.parametrize("palette", PALETTES)
def test_factors_come_back_from_a_reader_that_knows_them(palette):
    factors = sample_factors(50, seed=3, palette=palette)
    np.testing.assert_array_equal(most_likely(Knows(factors, palette).read(None), palette), factors)


def test_numbers_out_of_range_are_cut():
    read = Knows(sample_factors(2)).read(None) | {"yaw": np.array([55.0, -41.0])}
    assert most_likely(read)[:, 0].tolist() == [40, -40]
    draw_faces(most_likely(read))


@pytest.mark.parametrize("side", [32, 64])
def test_a_face_of_known_factors_is_drawn_again_without_a_difference(side):
    factors = sample_factors(6, seed=1)
    images = to_unit_range(draw_faces(factors, side, DETAIL_SEED))
    assert redraw(images, Knows(factors), side).distances.max() == 0


def test_palette_and_detail_are_those_of_the_second_picture():
    factors = sample_factors(6, seed=1, palette="continuous")
    images = to_unit_range(draw_faces(factors, 32, DETAIL_SEED, palette="continuous", detail=1))
    knows = Knows(factors, "continuous")
    assert redraw(images, knows, detail=1).distances.max() == 0
    assert redraw(images, knows).distances.min() > 0.03


def test_chance_in_the_details_widens_the_limit():
    """Faces that are as good as real ones are not beyond the limit, whatever the detail."""
    reader = FaceReader("continuous")
    plain, rich = (limit_of_fresh_faces(reader, detail=detail) for detail in (0, 1))
    assert plain < rich < 0.3
    factors = sample_factors(400, seed=6, palette="continuous")
    images = to_unit_range(draw_faces(factors, 32, 6, palette="continuous", detail=1))
    assert share_beyond(redraw(images, reader, detail=1), rich)[0] < 0.04


def test_the_distance_is_the_root_of_the_mean_square():
    a, b = np.zeros((2, 32, 32, 3), "float32"), np.zeros((2, 32, 32, 3), "float32")
    b[0, :16] = 0.5
    b[1, 0, 0, 0] = -1
    found = Redrawn(a, b, None).distances
    np.testing.assert_allclose(found, [0.5 / np.sqrt(2), 1 / np.sqrt(32 * 32 * 3)], rtol=1e-6)


def test_larger_faces_are_compared_at_32_pixels_or_at_their_own(real):
    factors = real[1][:3]
    large = to_unit_range(draw_faces(factors, 64))
    assert redraw(large, Knows(factors)).images.shape == (3, 32, 32, 3)
    np.testing.assert_array_equal(redraw(large, Knows(factors), side=64).images, large)
    with pytest.raises(ValueError, match="side 64, which can't be averaged down to 48; give 32"):
        redraw(large, Knows(factors), side=48)


def test_real_faces_are_near_their_second_picture(real):
    """As the shipped classifier reads them; the numbers are those of the docstring."""
    found = redraw(real[0])
    assert np.median(found.distances) == pytest.approx(0.07, abs=0.01)
    assert share_beyond(found, redraw_limit(found))[0] == pytest.approx(0.01, abs=0.003)


def test_a_face_with_a_third_lens_is_beyond_the_real_ones(real):
    images = real[0].copy()
    limit = redraw_limit(redraw(images))
    images[:, 17:23, 12:20] = (-0.8, -0.8, -0.7)  # a dark frame on the nose and the cheeks
    share, error = share_beyond(redraw(images), limit)
    assert share > 0.8
    assert error == pytest.approx(np.sqrt(share * (1 - share) / 400))


def test_a_broken_shirt_is_seen_at_the_shirt(real):
    images, factors = real[0][:100].copy(), real[1][:100]
    sound = redraw(images, Knows(factors))
    images[:, 29:] = np.random.default_rng(0).uniform(-1, 1, (100, 3, 32, 3))
    found = by_factor(redraw(images, Knows(factors)), sound)
    assert found["shirt"] == 1
    assert max(found["glasses"], found["fringe"], found["smile"]) <= 0.01, "as often as in the real ones"


def test_a_factor_that_shows_nowhere_counts_nothing():
    """Whoever looks far to the side with long hair hides little; but no division by zero."""
    blank = Redrawn(*np.zeros((2, 1, 4, 4, 3), "float32"), sample_factors(1))
    assert set(by_factor(blank, blank).values()) == {0.0}


# In evaluate

SMALL = Config(resolution=64, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=1, fmap_base=64, fmap_max=8)


def test_evaluate_measures_it_of_toy_faces_at_both_sides(monkeypatch):
    monkeypatch.setattr(evaluation, "MOST_BY_FACTOR", 20)
    faces = load_toyfaces(60, 64, progress=False)
    judge = evaluation.faces_judge()
    result = evaluation.evaluate(Generator(SMALL), faces, judge, ["redraw"], samples=40, floors=True)
    rows = {row["metric"]: row for row in result["rows"]}
    share = rows["redraw, share beyond"]
    assert share["value"] == 1 and share["n"] == 40 and 0 <= share["floor"] < 0.2
    assert rows["redraw, median distance at 64x64"]["value"] > rows["redraw, median distance"]["floor"]
    assert set(result["redraw"]["by_factor"]) == {factor.name for factor in FACTORS}
    assert "share beyond where it shows" in evaluation.table(result)


def test_digits_can_not_be_drawn_again():
    judge = evaluation.digits_judge()
    assert "redraw" not in judge.metrics() and "redraw" in evaluation.faces_judge().metrics()
    G = Generator(SMALL.replace(resolution=32, channels=1))
    with pytest.raises(ValueError, match="redraw is measured of toy faces alone"):
        evaluation.evaluate(G, load_digits(), judge, ["redraw"])


def test_the_picture_marks_those_beyond_the_limit():
    images = np.zeros((5, 32, 32, 3), "float32")
    drawn = images + np.array([0.1, 0.2, 0.3, 0.4, 0.5], "float32")[:, None, None, None]
    figure = redraw_pairs(Redrawn(images, drawn, None), limit=0.25, across=3)
    titles = [axes.title for axes in figure.axes if axes.get_title()]
    assert [title.get_text() for title in titles] == ["0.10", "0.20", "0.30", "0.40", "0.50"]
    assert [title.get_weight() == "bold" for title in titles] == [False, False, True, True, True]
    assert "3 of 5 beyond 0.25" in figure.get_suptitle()

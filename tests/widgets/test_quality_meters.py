import importlib
import io

import numpy as np
import pytest
from PIL import Image
from support.meters import bars

from stylegan_tf.widgets.quality_meters import Scores

# A function of the widget's name hides its module in the package.
judged = importlib.import_module("stylegan_tf.widgets.quality_meters")


def flat(images):
    return np.asarray(images, "float64").reshape(len(images), -1)[:, ::7]


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(-1, 1, (60, 8, 8, 1)).astype("float32")


@pytest.fixture
def disturbed(images):
    real = np.random.default_rng(1).uniform(-1, 1, (60, 8, 8, 1))
    return judged.Disturbed(images, np.arange(60) % 10, flat(real), flat)


def test_undisturbed_images_have_the_scores_of_the_metrics(disturbed, images):
    shown, found = disturbed()
    np.testing.assert_array_equal(shown, images)
    assert found == judged.scores(disturbed.real, flat(images))


def test_a_set_against_itself_is_perfect():
    features = np.random.default_rng(0).normal(size=(50, 3))
    found = judged.scores(features, features)
    assert found[:2] == (1.0, 1.0)
    assert found.fid == pytest.approx(0, abs=1e-6)


def test_a_missing_class_and_copies_are_in_the_images(disturbed, images):
    shown, _ = disturbed(dropped=3, copies=0.5)
    kept = [(shown == image).all(axis=(1, 2, 3)).sum() for image in images]
    assert sum(kept[3::10]) == 0
    assert max(kept) >= 30


def test_blur_is_computed_once_for_each_radius(disturbed):
    calls, features = [], disturbed.features
    disturbed.features = lambda images: calls.append(1) or features(images)
    for copies in (0.0, 0.3, 0.5):
        disturbed(radius=1.0, copies=copies)
    assert len(calls) == 1


def test_the_bars_are_what_was_measured():
    rows = [Scores(0.75, 0.5, 1000.0), Scores(0.25, 0.0, 0.5)]
    pictures = np.stack([np.zeros((3, 32, 32, 1), "float32")] * 2)
    found = judged.quality(pictures, ["a", "b"], rows, Scores(0.9, 0.8, 10.0))
    np.testing.assert_allclose(
        bars(found, 0, 3), [[0.75, 0.9], [0.5, 0.8], [1.0, 1 / 3]], atol=0.01
    )  # FID: log, 1 to 1000
    np.testing.assert_allclose(bars(found, 1, 3), [[0.25, 0.9], [0.0, 0.8], [0.0, 1 / 3]], atol=0.01)


def test_the_meters_follow_the_controls(disturbed, monkeypatch):
    shown = []
    monkeypatch.setattr(judged, "quality", lambda *given: shown.append(given) or Image.new("L", (2, 2)))
    panel = judged.quality_meters(disturbed, shown=4)
    panel.controls["radius"].value = 1.0
    panel.controls["dropped"].value = "3"
    panel.controls["copies"].value = 0.5
    images, _, (found,), start = shown[-1]
    expected, scores = disturbed(1.0, 3, 0.5)
    np.testing.assert_array_equal(images[0], expected[:4])
    assert (found, start) == (scores, disturbed()[1])


# The game


def test_each_pair_has_a_real_and_a_generated_image():
    real, fake = (
        np.full((9, 2, 2, 1), 1.0) * np.arange(1, 10)[:, None, None, None],
        np.full((9, 2, 2, 1), -1.0),
    )
    rounds = judged.deal(real, fake, rounds=9, seed=4)
    at_real = rounds.pairs[np.arange(9), rounds.real_at][:, 0, 0, 0]
    assert sorted(at_real) == list(range(1, 10))  # every real one once
    assert (rounds.pairs[np.arange(9), 1 - rounds.real_at] == -1).all()
    assert set(rounds.real_at) == {0, 1}


def test_more_rounds_than_images_are_refused():
    with pytest.raises(ValueError, match="5 rounds were asked for, of 4 real"):
        judged.deal(np.zeros((4, 2, 2, 1)), np.zeros((9, 2, 2, 1)), rounds=5)


def test_the_verdict_counts_and_says_what_a_coin_does():
    assert judged.verdict([0, 1, 1, 0], [0, 1, 0, 0]) == "3 of 4 right, 75 %; a coin: 50 ± 50 %"
    assert judged.verdict(np.zeros(100), np.zeros(100)) == "100 of 100 right, 100 %; a coin: 50 ± 10 %"
    assert judged.verdict([0, 1], []) == "no guess yet"


def test_the_buttons_play_the_game_to_its_end(images):
    rounds = judged.deal(images, -images, rounds=3)
    panel = judged.which_is_real(rounds)
    before = panel.picture.value
    left, right = panel.children[0].children
    left.click()
    assert panel.picture.value != before
    right.click()
    right.click()
    left.click()  # after the last round nothing more is counted
    assert panel.guesses == [0, 1, 1]
    assert Image.open(io.BytesIO(panel.picture.value)).width > 100

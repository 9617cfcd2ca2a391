import importlib

import numpy as np
import pytest

# A function of the widget's name hides its module in the package.
widgets = importlib.import_module("stylegan_tf.widgets.r1_gamma")

RNG = np.random.default_rng(0)
REAL, FAKE = RNG.normal(1.0, 0.2, (32, 2)), RNG.normal(-1.0, 0.2, (32, 2))


@pytest.fixture(scope="module")
def critics():
    return {gamma: widgets.trained_score(REAL, FAKE, gamma, steps=150) for gamma in (0.0, 0.1, 10.0)}


def test_the_slope_at_the_real_points_is_that_of_finite_differences(critics):
    D = critics[0.1]

    def score(points):
        return np.ravel(D(widgets.as_pictures(points)))

    steps = [(score(REAL + e) - score(REAL - e)) / 2e-3 for e in 1e-3 * np.eye(2)]
    assert widgets.slope_at(D, REAL) == pytest.approx(np.hypot(*steps).mean(), rel=0.02)


def test_a_larger_gamma_leaves_less_slope_and_less_difference(critics):
    slopes = [widgets.slope_at(D, REAL) for D in critics.values()]
    gaps = [
        float(np.mean(D(widgets.as_pictures(REAL))) - np.mean(D(widgets.as_pictures(FAKE))))
        for D in critics.values()
    ]
    assert slopes[1] > slopes[2]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] > 0


def test_the_same_seed_gives_the_same_discriminator(critics):
    again = widgets.trained_score(REAL, FAKE, 0.1, steps=150)
    for a, b in zip(again.get_weights(), critics[0.1].get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_negative_gamma_is_named():
    with pytest.raises(ValueError, match="gamma is -1; R1 is a penalty"):
        widgets.trained_score(REAL, FAKE, -1)


def test_each_panel_shows_its_own_surface(critics):
    figure = widgets.surfaces(critics, REAL, FAKE)
    shown = [axes for axes in figure.axes if axes.images and "gamma" in axes.get_title()]
    assert [axes.get_title().split("\n")[0] for axes in shown] == ["gamma = 0", "gamma = 0.1", "gamma = 10"]
    steepest, _, flattest = (np.ptp(axes.images[0].get_array()) for axes in shown)
    assert steepest > flattest


def test_the_slider_trains_once_for_each_gamma(monkeypatch):
    asked, trained_score = [], widgets.trained_score

    def spy(real, fake, gamma, steps, seed):
        asked.append(gamma)
        return trained_score(real, fake, gamma, steps, seed)

    monkeypatch.setattr(widgets, "trained_score", spy)
    panel = widgets.r1_gamma(REAL, FAKE, gammas=(0.0, 10.0), steps=5)
    before = panel.picture.value
    panel.controls["gamma"].value = 10.0
    assert panel.picture.value != before
    panel.reset()
    assert panel.picture.value == before
    assert asked == [0.0, 10.0]

"""The museum of broken GANs: its exhibits show what their labels say."""

import numpy as np
import pytest

from stylegan_tf import preset
from stylegan_tf.course import museum
from stylegan_tf.course.museum import Exhibit
from stylegan_tf.data import load_digits


@pytest.fixture(scope="module")
def exhibits():
    return museum.visit()


def column(exhibit, name):
    return np.array([row[name] for row in exhibit.history])


def test_every_defect_has_an_exhibit_of_the_same_length(exhibits):
    assert list(exhibits) == list(museum.DEFECTS)
    for exhibit in exhibits.values():
        assert exhibit.samples.shape == (8, 32, 16, 16, 1) and exhibit.samples.dtype == np.uint8
        assert column(exhibit, "kimg")[-1] == museum.KIMG


def test_the_rooms_hide_the_names_and_show_the_exhibits(exhibits):
    rooms = museum.room()
    assert "".join(rooms) == "ABCDEFG" and set(museum.ANSWERS.values()) == set(museum.DEFECTS)
    np.testing.assert_array_equal(rooms["C"].samples, exhibits[museum.ANSWERS["C"]].samples)


def test_only_the_run_with_half_the_range_has_a_grey_ground(exhibits):
    ground = {
        name: np.median(exhibit.samples[-1])
        for name, exhibit in exhibits.items()
        if name not in ("rate", "average")
    }
    assert 100 < ground.pop("range") < 140
    assert max(ground.values()) < 64


def test_a_rate_ten_times_too_high_makes_scores_leap(exhibits):
    leap = {name: np.abs(column(exhibit, "real_score")).max() for name, exhibit in exhibits.items()}
    assert leap.pop("rate") > 1000
    assert max(leap.values()) < 10


def test_under_a_heavy_r1_the_discriminator_tells_nothing_apart(exhibits):
    """D's loss is 2 ln 2 at most ticks; the healthy one's is below."""
    even = {
        name: (np.abs(column(exhibit, "d_loss") - 2 * np.log(2)) < 0.01).mean()
        for name, exhibit in exhibits.items()
    }
    assert even["gamma"] >= 0.5 and even["none"] == 0


@pytest.fixture(scope="module")
def digits():
    return load_digits().level(16).reshape(10_000, -1).astype("float64")


def nearest(exhibit, digits):
    """(digit, distance) that is nearest to each of the last samples."""
    samples = exhibit.samples[-1].reshape(len(exhibit.samples[-1]), -1).astype("float64")
    squares = (samples**2).sum(axis=1)[:, None] + (digits**2).sum(axis=1) - 2 * samples @ digits.T
    return squares.argmin(axis=1), np.sqrt(squares.min(axis=1))


def test_a_slow_average_has_the_healthy_curves_and_no_digits(exhibits, digits):
    np.testing.assert_allclose(
        column(exhibits["average"], "d_loss"), column(exhibits["none"], "d_loss"), rtol=1e-3
    )
    distances = {name: nearest(exhibits[name], digits)[1].mean() for name in ("average", "none")}
    assert distances["average"] > 2 * distances["none"]


def test_a_run_on_sixteen_images_learns_these_by_heart(exhibits, digits):
    """Most of its samples are nearer to one of the sixteen than to any of the other 9,984; of a healthy
    run's, hardly any.
    """
    by_heart = {name: (nearest(exhibits[name], digits)[0] < 16).mean() for name in ("copies", "none")}
    assert by_heart["copies"] > 0.5 and by_heart["none"] < 0.1


def test_a_defect_of_the_configuration_changes_that_alone():
    healthy = museum.config().to_dict()
    changed = {
        name
        for name in museum.DEFECTS
        for key, value in museum.config(name).to_dict().items()
        if value != healthy[key]
    }
    assert changed == {"rate", "gamma", "average"}
    assert museum.config("rate").learning_rate == 10 * preset("mnist32").learning_rate
    with pytest.raises(ValueError, match="no defect 'luck'; choose from none, rate"):
        museum.config("luck")


def test_exhibits_come_back_from_their_file(tmp_path, monkeypatch):
    written = {
        "none": Exhibit(
            np.arange(2 * 32 * 256, dtype="uint8").reshape(2, 32, 16, 16, 1), [{"kimg": 0.1, "d_loss": 1 / 3}]
        )
    }
    museum.write(tmp_path / "museum.npz", written)
    monkeypatch.setattr(museum, "data_file", lambda name: tmp_path / name)
    (read,) = museum.visit().values()
    assert read.history == written["none"].history
    np.testing.assert_array_equal(read.samples, written["none"].samples)


@pytest.mark.parametrize("defect", ["order", "copies"])
def test_a_run_trains_and_keeps_what_it_draws(defect):
    exhibit = museum.train(defect, kimg=0.15)
    assert exhibit.samples.shape[1:] == (32, 16, 16, 1) and len(exhibit.samples) == len(exhibit.history)
    assert column(exhibit, "resolution")[-1] == 16 and np.isfinite(column(exhibit, "d_loss")).all()

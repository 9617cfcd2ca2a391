import io

import numpy as np
import pytest
from helpers import SMALL
from PIL import Image

import stylegan_tf as sg
from stylegan_tf.metrics.truncation import Truncated
from stylegan_tf.widgets import psi


@pytest.fixture(scope="module")
def generator():
    G = sg.Generator(SMALL)
    G.w_avg.assign(np.linspace(-1, 1, SMALL.w_dim))
    return G


def row(psi, cutoff=None, precision=0.5, recall=0.25):
    return Truncated(psi, cutoff, 1.0, precision, recall, 1.0, 1.0)


def test_the_bars_are_as_long_as_what_was_measured():
    images = np.zeros((2, 3, 4, 4, 1), "float32")
    figure = psi.meters(images, [row(0.5, precision=0.75), row(0, 4)], row(1, recall=0.625))
    upper, lower = figure.axes[1], figure.axes[3]
    assert [bar.get_width() for bar in upper.patches] == [0.75, 0.25]
    assert [bar.get_width() for bar in lower.patches] == [0.5, 0.25]
    assert [tick.get_xdata()[0] for tick in upper.lines] == [0.5, 0.625]
    assert [axes.get_ylabel() for axes in figure.axes[::2]] == ["ψ = 0.5", "ψ = 0\ncutoff 4"]


def test_the_images_of_a_setting_are_shown_as_they_are():
    images = np.stack([np.full((4, 4, 1), v) for v in (-1.0, 0.0, 1.0)])[None]
    shown = np.asarray(psi.meters(images, [row(1)], row(1)).axes[0].images[0].get_array())
    assert [shown[0, 2], shown[0, 12], shown[0, 22]] == [0, 128, 255]


def test_the_sliders_choose_images_and_numbers(generator, monkeypatch):
    shown = []
    monkeypatch.setattr(psi, "meters", lambda *given: shown.append(given) or Image.new("L", (2, 2)))
    table = [row(psi, cutoff, recall=psi) for psi in (1.0, 0.0) for cutoff in (2, None)]
    panel = psi.psi_meters(generator, table, range(3))
    panel.controls["psi"].value = 0.0
    panel.controls["cutoff"].value = "the first 2 layers"
    images, rows, start = shown[-1]
    z = sg.latents.from_seeds(range(3), SMALL.z_dim)
    np.testing.assert_allclose(images[0], generator(z, psi=0.0, cutoff=2, noise="fixed"), atol=1e-4)
    assert (rows, start) == ([row(0.0, 2, recall=0.0)], row(1.0, 2, recall=1.0))
    assert Image.open(io.BytesIO(panel.picture.value)).size == (2, 2)


@pytest.mark.parametrize("table", [[row(0.5)], [row(1.0), row(0.5, 2)]])
def test_a_table_with_holes_is_refused(generator, table):
    with pytest.raises(ValueError, match="every psi with every cutoff"):
        psi.psi_meters(generator, table)

import importlib
import io

import numpy as np
import pytest
from PIL import Image
from support.helpers import audible_generator
from support.meters import bars

import stylegan_tf as sg
from stylegan_tf.metrics.truncation import Truncated
from stylegan_tf.widgets.psi_meters import BAR, LABEL

# A function of the widget's name hides its module in the package.
psi = importlib.import_module("stylegan_tf.widgets.psi_meters")


@pytest.fixture(scope="module")
def generator():
    return audible_generator()


def row(psi, cutoff=None, precision=0.5, recall=0.25):
    return Truncated(psi, cutoff, 1.0, precision, recall, 1.0, 1.0)


def test_the_bars_are_as_long_as_what_was_measured():
    images = np.zeros((2, 3, 32, 32, 1), "float32")
    picture = psi.meters(images, [row(0.5, precision=0.75), row(0, 4)], row(1, recall=0.625))
    np.testing.assert_allclose(bars(picture, 0, 2), [[0.75, 0.5], [0.25, 0.625]], atol=0.01)
    np.testing.assert_allclose(bars(picture, 1, 2), [[0.5, 0.5], [0.25, 0.625]], atol=0.01)


def test_the_images_of_a_setting_are_shown_as_they_are():
    images = np.stack([np.full((32, 32, 1), v) for v in (-1.0, 0.0, 1.0)])[None]
    pixels = np.asarray(psi.meters(images, [row(1)], row(1)))[-64:]
    left = pixels.shape[1] - BAR - 100 - LABEL - (3 * 64 + 2 * 8)
    np.testing.assert_array_equal(pixels[32, left + 32 : left + 32 + 3 * 72 : 72, 0], [0, 128, 255])


def test_the_sliders_choose_images_and_numbers(generator, monkeypatch):
    shown = []
    monkeypatch.setattr(psi, "meters", lambda *given: shown.append(given) or Image.new("L", (2, 2)))
    table = [row(psi, cutoff, recall=psi) for psi in (1.0, 0.0) for cutoff in (2, None)]
    panel = psi.psi_meters(generator, table, range(3))
    panel.controls["psi"].value = 0.0
    panel.controls["cutoff"].value = "the first 2 layers"
    images, rows, start = shown[-1]
    z = sg.latents.from_seeds(range(3), generator.z_dim)
    np.testing.assert_allclose(images[0], generator(z, psi=0.0, cutoff=2, noise="fixed"), atol=1e-4)
    assert (rows, start) == ([row(0.0, 2, recall=0.0)], row(1.0, 2, recall=1.0))
    assert Image.open(io.BytesIO(panel.picture.value)).size == (2, 2)


@pytest.mark.parametrize("table", [[row(0.5)], [row(1.0), row(0.5, 2)]])
def test_a_table_with_holes_is_refused(generator, table):
    with pytest.raises(ValueError, match="every psi with every cutoff"):
        psi.psi_meters(generator, table)

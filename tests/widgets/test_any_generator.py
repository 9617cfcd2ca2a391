"""The same widgets on an official network, on shipped digits and on colour pictures of 32x32: what must hold
on each.
"""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.helpers import GOLDEN, SMALL

import stylegan_tf as sg
from stylegan_tf import widgets
from stylegan_tf.editing.attributes import Attributes
from stylegan_tf.figures.layout import resize_pixels
from stylegan_tf.metrics.truncation import Truncated
from stylegan_tf.networks.sampling import images_of
from stylegan_tf.widgets.psi_meters import BAR, LABEL

SHIPPED = [
    name
    for name in ("mnist32", "toyfaces32")
    if (Path(__file__).parent.parent.parent / f"data/pretrained/{name}.npz").is_file()
]
COLOURFUL = [] if "toyfaces32" in SHIPPED else ["untrained"]
SEEDS = [3, 4, 5]


@pytest.fixture(scope="module", params=["official", *SHIPPED, *COLOURFUL])
def generator(request):
    if request.param == "official":
        return sg.official.load(GOLDEN / "official_tiny_nosrc.pkl")[2]
    if request.param == "untrained":
        sg.keras.utils.set_random_seed(1)
        return sg.Generator(SMALL.replace(resolution=32))
    return sg.pretrained(request.param).ema_generator


def read(images):
    """How light a picture is, and its upper half."""
    images = np.clip(images, -1, 1)
    return {
        "light": images.mean(axis=(1, 2, 3)),
        "sky": images[:, : images.shape[1] // 2].mean(axis=(1, 2, 3)),
    }


@pytest.fixture(scope="module")
def attributes(generator):
    return Attributes(generator, read, 200)


def shown(panel):
    assert panel.problem.value == ""
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB")).astype(int)


def cells(panel, count, side, gap=8, rows=1, column=0):
    """The last images of the last row, or of the last rows as well, where ``column`` counts from the left."""
    pixels = shown(panel)
    below = [pixels[pixels.shape[0] - (rows - i) * (side + 4) + 4 :][:side] for i in range(rows)]
    found = [
        [row[:, row.shape[1] - (count - i) * (side + gap) + gap :][:, :side] for i in range(count)]
        for row in below
    ]
    return found[0] if rows == 1 else [row[column] for row in found]


def of_seed(generator, seed, size):
    """The image of a seed as a widget shows it, in colours."""
    image = resize_pixels(sg.data.to_uint8(images_of(generator, [seed]))[0], size).astype(int)
    return np.broadcast_to(image, (*image.shape[:2], 3))


def assert_same(a, b):
    """But for one grey level: graphs of other batch sizes round differently."""
    np.testing.assert_allclose(a, b, atol=1)


def test_mnist_is_among_the_shipped_networks():
    assert "mnist32" in SHIPPED


def test_truncation(generator):
    panel = widgets.truncation(generator, SEEDS)
    for cell, seed in zip(cells(panel, 3, 96, gap=96 // generator.config.resolution), SEEDS, strict=True):
        assert_same(cell, of_seed(generator, seed, 96))
    panel.controls["psi"].value = 0.0
    a, b, c = cells(panel, 3, 96, gap=96 // generator.config.resolution)
    assert_same(a, b)
    assert_same(b, c)


def test_adain_channels(generator):
    panel = widgets.adain_channels(generator, 3, 4, layer=0)
    side, gap = 128, 2 * 128 // generator.config.resolution
    a, middle, b = cells(panel, 3, side, gap)
    assert_same(a, middle)
    panel.controls["swap"].value = "this and finer"
    a, middle, b = cells(panel, 3, side, gap)
    assert_same(middle, b)
    assert np.abs(a - b).max() > 20
    panel.reset()
    panel.controls["layer"].value, panel.controls["scale"].value = 3, 15.0
    a, middle, b = cells(panel, 3, side, gap)
    assert np.abs(a - middle).max() > 5


def test_style_mixing(generator):
    panel, layers = widgets.style_mixing(generator, (3, 4)), generator.config.num_layers
    for crossover, seed in ((0, 4), (layers, 3)):
        panel.controls["crossover"].value = crossover
        assert_same(cells(panel, 3, 96)[2], of_seed(generator, seed, 96))
    assert panel.reading.value.count("<tr") == layers + 1


def test_noise(generator):
    panel = widgets.noise(generator, 3)
    panel.controls["layers"].value = (0,) * generator.config.num_layers
    without, with_noise, difference = cells(panel, 3, 128)
    np.testing.assert_array_equal(without, with_noise)
    assert (difference == 128).all()


def test_growing(generator):
    panel = widgets.growing(generator, SEEDS)
    for alpha, twin in ((0.0, 0), (1.0, 2)):
        panel.controls["alpha"].value = alpha
        rows = cells(panel, 3, 64, rows=3)
        assert_same(rows[1], rows[twin])
    assert np.abs(rows[0] - rows[2]).max() > 20


def test_mapping_pad(generator):
    panel = widgets.mapping_pad(generator, 3)
    assert_same(cells(panel, 2, 256)[0], of_seed(generator, 3, 256))
    panel.controls["across"].value = 6.0
    first = cells(panel, 2, 256)
    panel.controls["space"].value = "w"
    assert np.abs(cells(panel, 2, 256)[1] - first[1]).max() > 5


def test_interpolation(generator):
    panel = widgets.interpolation(generator, 3, 4, steps=8)
    panel.controls["t"].value = 1.0
    a, at, b = cells(panel, 3, 128)
    assert_same(at, of_seed(generator, 4, 128))
    assert_same(a, of_seed(generator, 3, 128))


def test_separability(generator, attributes):
    """Along the SVM's own normal fewer bits are left than across it."""
    panel = widgets.separability(generator, attributes, "light")
    bits = []
    for angle in (0.0, 90.0):
        panel.controls["angle"].value = angle
        bits.append(float(panel.reading.value.split("this line</td><td>")[1].split("<")[0]))
    assert bits[0] < bits[1] - 0.1


def test_editing(generator, attributes):
    panel = widgets.editing(generator, attributes, read, seed=3)
    before, after = cells(panel, 2, 192)
    assert_same(before, after)
    panel.controls["light"].value = 1.5
    before, after = cells(panel, 2, 192)
    assert_same(before, of_seed(generator, 3, 192))
    assert after.mean() > before.mean() + 1


def test_psi_meters(generator):
    table = [Truncated(psi, None, 1.0, 1 - psi / 2, psi / 2, 1.0, 1.0) for psi in (1.0, 0.0)]
    panel = widgets.psi_meters(generator, table, SEEDS)
    picture, width = shown(panel), 3 * 64 + 2 * 8
    left = picture.shape[1] - BAR - 100 - LABEL - width
    for i, seed in enumerate(SEEDS):
        assert_same(picture[-64:, left + 72 * i :][:, :64], of_seed(generator, seed, 64))
    panel.controls["psi"].value = 0.0
    a, b, c = (shown(panel)[-64:, left + 72 * i :][:, :64] for i in range(3))
    assert_same(a, b)
    assert_same(b, c)


def test_its_images_can_be_guessed(generator):
    images = images_of(generator, SEEDS)
    rounds = widgets.deal(images, images[::-1], rounds=3)
    panel = widgets.which_is_real(rounds)
    size = resize_pixels(sg.data.to_uint8(images)[0], 160).shape[0]
    seeds = [np.abs(images - rounds.pairs[0, side]).max(axis=(1, 2, 3)).argmin() for side in (0, 1)]
    for i, seed in enumerate(seeds):
        assert_same(shown(panel)[-size:, i * (size + 8) :][:, :size], of_seed(generator, SEEDS[seed], 160))


def test_networks_stand_side_by_side(generator):
    panel = widgets.ablation_viewer({"this": generator, "small": sg.Generator(SMALL)}, count=3, seed=3)
    upper = [cells(panel, 3, 64, rows=2, column=i)[0] for i in range(3)]
    for cell, seed in zip(upper, SEEDS, strict=True):
        assert_same(cell, of_seed(generator, seed, 64))


def test_playground_draws_the_mean_image_of_every_seed_at_psi_0_and_b_with_all_of_its_layers(generator):
    page, layers = widgets.playground(generator), tuple(range(generator.config.num_layers))
    pictures = {}
    for name, state in {
        "mean of 3": widgets.State(seed=3, psi=0.0),
        "mean of 4": widgets.State(seed=4, psi=0.0),
        "3": widgets.State(seed=3),
        "4": widgets.State(seed=4),
        "3 with all of 4": widgets.State(seed=3, seed_b=4, layers=layers),
    }.items():
        page.put(state)
        pictures[name] = shown(page)
    assert_same(pictures["mean of 3"], pictures["mean of 4"])
    assert_same(pictures["3 with all of 4"], pictures["4"])
    assert np.abs(pictures["3"] - pictures["4"]).max() > 1

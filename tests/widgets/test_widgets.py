import importlib
import io

import numpy as np
import pytest
from PIL import Image
from support.helpers import SMALL

import stylegan_tf as sg
from stylegan_tf import widgets
from stylegan_tf.networks.sampling import images_of, styles_of

# A function of the widget's name hides its module in the package.
channels = importlib.import_module("stylegan_tf.widgets.adain_channels")


@pytest.fixture(scope="module")
def generator():
    """An untrained one, 16x16 RGB; w_avg is not zero, so that it matters."""
    G = sg.Generator(SMALL)
    G.w_avg.assign(np.linspace(-1, 1, SMALL.w_dim))
    return G


def cells(picture, count):
    """The pixels of the pictures in a row, uint8 (count, side, side[, 3])."""
    picture = np.asarray(picture)
    side = picture.shape[0]
    gap = (picture.shape[1] - count * side) // (count - 1)
    return np.stack([picture[:, i * (side + gap) : i * (side + gap) + side] for i in range(count)])


def assert_same_picture(actual, expected):
    """Equal but for one grey level: graphs of other batch sizes round differently."""
    np.testing.assert_allclose(actual.astype("float32"), expected.astype("float32"), atol=1)


def test_psi_0_makes_all_seeds_equal(generator):
    a, b, c = cells(widgets.truncated(generator, [0, 1, 2], psi=0.0), 3)
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(b, c)


def test_psi_1_is_the_image_itself(generator):
    shown = cells(widgets.truncated(generator, [0, 1], psi=1.0), 2)[:, ::6, ::6]
    assert_same_picture(shown, sg.data.to_uint8(images_of(generator, [0, 1])))


def test_an_unchanged_style_gives_the_same_image(generator):
    ws = styles_of(generator, [0])
    np.testing.assert_allclose(
        widgets.restyled(generator, ws), generator.synthesis(ws, noise="fixed"), atol=1e-5
    )


def test_a_style_is_changed_in_its_own_map_and_layer(generator):
    """The scale that reaches the map is what w asks for, plus what was added; the other maps keep theirs."""
    seen, ws, style = [], styles_of(generator, [0]), widgets.style_layers(generator)[3]
    call = type(style.affine).call

    def spy(self, w):
        seen.append((self, np.asarray(call(self, w))))
        return seen[-1][1]

    before = np.asarray(style.affine(ws[:, 3]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(style.affine), "call", spy)
        patch.setattr(
            channels, "synthesis", lambda G, ws: G.synthesis(ws, noise="fixed")
        )  # not compiled: values are seen
        widgets.restyled(generator, ws, layer=3, channel=2, scale=5.0, shift=-7.0)
    during = next(value for layer, value in seen if layer is style.affine)
    maps = during.shape[1] // 2
    expected = np.zeros(2 * maps)
    expected[[2, maps + 2]] = 5.0, -7.0
    np.testing.assert_allclose(during[0] - before[0], expected, atol=1e-5)


def test_the_generator_is_left_as_it_was(generator):
    before = [w.numpy().copy() for w in generator.weights]
    widgets.restyled(generator, styles_of(generator, [0]), layer=1, channel=0, scale=3.0)
    with pytest.raises(Exception, match="."):
        widgets.restyled(generator, np.zeros((1, 2, 3), "float32"), layer=1, scale=3.0)
    for old, new in zip(before, generator.weights, strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(
    "place, words", [(dict(layer=6), "layers 0 to 5"), (dict(channel=16), "channels 0 to 15")]
)
def test_a_place_that_does_not_exist_is_named(generator, place, words):
    with pytest.raises(ValueError, match=words):
        widgets.restyled(generator, styles_of(generator, [0]), **place)


def test_all_styles_from_b_give_b(generator):
    a, middle, b = cells(widgets.styled(generator, 0, 1, from_b=range(6)), 3)
    assert_same_picture(middle, b)
    assert (a != b).any()


def test_no_style_from_b_gives_a(generator):
    a, middle, _ = cells(widgets.styled(generator, 0, 1), 3)
    assert_same_picture(middle, a)


def test_the_score_surface_shows_the_probability_of_real():
    """The score is the first coordinate: dark on the left, bright on the right, one half at 0."""
    figure = widgets.score_surface(lambda points: points[:, :1], np.zeros((1, 2)), np.ones((1, 2)))
    surface = np.asarray(figure.axes[0].images[0].get_array())
    np.testing.assert_allclose(surface[0, [0, -1]], 1 / (1 + np.exp([3.0, -3.0])), rtol=1e-6)
    np.testing.assert_array_equal(surface, np.tile(surface[:1], (60, 1)))


# The widgets, without a front end


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)))


def test_the_slider_of_truncation_and_its_reset(generator):
    panel = widgets.truncation(generator, [0, 1])
    before = pixels(panel)
    panel.controls["psi"].value = 0.0
    a, b = cells(pixels(panel), 2)
    np.testing.assert_array_equal(a, b)
    panel.reset()
    np.testing.assert_array_equal(pixels(panel), before)


def test_the_style_of_b_comes_in_from_a_layer_on(generator):
    panel = widgets.adain_channels(generator, 0, 1, layer=0)
    panel.controls["swap"].value = "this and finer"
    _, middle, b = cells(pixels(panel), 3)
    assert_same_picture(middle, b)


def test_each_button_steps_its_own_network():
    done = []
    panel = widgets.gan_slow_motion(
        lambda: done.append("D"),
        lambda: done.append("G"),
        lambda: np.zeros((1, 2)),
        lambda p: p[:, :1],
        np.ones((1, 2)),
    )
    panel.controls["steps"].value = 2
    step_discriminator, step_generator = panel.children[0].children
    step_discriminator.click()
    step_generator.click()
    assert done == ["D", "D", "G", "G"]

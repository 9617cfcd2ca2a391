"""Style mixing regularisation: the official numbers, and the crossover's range."""

import numpy as np
import pytest
import tensorflow as tf
from support.helpers import PUBLIC, assert_close_to_max, claim, nchw, nhwc, stage, weights
from support.tiny import make

from stylegan_tf import StyleGAN, official
from stylegan_tf.training.accumulation import Part
from stylegan_tf.training.random_draws import Draw
from stylegan_tf.training.step import draw_fakes
from stylegan_tf.training.style_mixing import mixed_styles


@pytest.fixture(scope="module")
def public(golden):
    return golden("public")


class Script:
    """In the place of training's random draws: the golden latents and noise, one coin, one crossover."""

    def __init__(self, public, coin, crossover=None):
        self.coin, self.crossover, self.bounds = coin, crossover, None
        self.latents = [public["inputs/z"], public["inputs/z2"]]
        self.noise = [nhwc(public[f"weights/G/G_synthesis/noise{i}"]) for i in range(PUBLIC.num_layers)]

    def normal(self, shape):
        return tf.constant(self.latents.pop(0) if len(shape) == 2 else self.noise.pop(0))

    def uniform(self, shape):
        return tf.constant(self.coin)

    def integer(self, low, high):
        self.bounds = (low, high)
        return tf.constant(low if self.crossover is None else self.crossover)


def part_of_stage(resolution, alpha, draw):
    """A part of four images at a stage of growing."""
    images = tf.zeros((4, resolution, resolution, PUBLIC.channels), tf.uint8)
    return Part(images, None, tf.constant(0, tf.int64), alpha, draw)


@pytest.fixture(scope="module")
def gan():
    gan = StyleGAN(PUBLIC)
    official.assign(gan.generator, weights("public", "G"))
    return gan


@pytest.mark.parametrize("key", claim("public", "mixing/cutoff?/images"))
def test_training_mixes_as_the_official_code(public, gan, key):
    script = Script(public, coin=0.0, crossover=int(key.split("/")[1].removeprefix("cutoff")))
    fakes = draw_fakes(gan, part_of_stage(PUBLIC.resolution, 1.0, script), None)
    assert_close_to_max(nchw(fakes.images), public[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("public", "mixing/cur_layers_by_lod"))
def test_training_draws_the_crossover_within_the_layers_of_the_stage(public, gan, key):
    for lod, bound in public[f"outputs/{key}"].T:
        resolution, alpha = stage(lod, PUBLIC.resolution)
        script = Script(public, coin=0.0)
        draw_fakes(gan, part_of_stage(resolution, alpha, script), None)
        assert script.bounds == (1, bound)


@pytest.mark.parametrize("lod", ["0", "1.5", "3"])
def test_training_does_not_mix_where_the_coin_fails(public, gan, lod):
    resolution, alpha = stage(float(lod), PUBLIC.resolution)
    fakes = draw_fakes(gan, part_of_stage(resolution, alpha, Script(public, coin=0.95)), None)
    factor = PUBLIC.resolution // resolution
    expected = public[f"outputs/images/recursive/lod_{lod}"][:, :, ::factor, ::factor]
    assert_close_to_max(nchw(fakes.images), expected)
    assert_close_to_max(fakes.w, public["outputs/w"])


# Independent references


def test_a_crossover_leaves_the_first_layer_to_the_main_latent_and_the_last_to_the_other():
    """With mixing always on (paper section 3.1)."""
    gan = make(mixing_probability=1.0)
    w = gan.generator.mapping(tf.ones((8, 16)))
    crossovers = set()
    for step in range(20):
        images = tf.zeros((8, 8, 8, 1), tf.uint8)
        part = Part(images, None, None, 1.0, Draw(0, tf.constant(step, tf.int64)))
        ws = np.array(mixed_styles(gan.generator, w, None, part))
        is_main = np.isclose(ws, np.array(w)[:, None]).all(axis=(0, 2))  # (L,)
        crossovers.add(int(is_main.sum()))
        assert list(is_main) == sorted(is_main, reverse=True)
    assert crossovers == {1, 2, 3}  # of 4 layers; never 4


def test_without_mixing_all_layers_have_the_styles_of_w_and_nothing_is_drawn():
    gan = make(mixing_probability=0.0)
    w = gan.generator.mapping(tf.ones((8, 16)))
    draw = Draw(0, tf.constant(0, tf.int64))
    ws = mixed_styles(gan.generator, w, None, Part(tf.zeros((8, 8, 8, 1), tf.uint8), None, None, 1.0, draw))
    np.testing.assert_array_equal(ws, np.array(w)[:, None].repeat(4, axis=1))
    assert draw.count == 0

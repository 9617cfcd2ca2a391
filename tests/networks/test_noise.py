import keras
import numpy as np
import pytest
from support.helpers import assert_close_to_max, check_layer, claim, nchw, nhwc

from stylegan_tf.networks.noise import NoiseInjection


@pytest.fixture(scope="module")
def blocks(golden):
    return golden("blocks")


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def with_strength(strength, shape=(4, 8, 8, 3), **settings):
    layer = NoiseInjection(**settings)
    layer.build(shape)
    layer.strength.assign(np.broadcast_to(strength, shape[-1:]))
    return layer


NOISE = {"apply_noise/shared_over_batch": "noise", "apply_noise/per_sample": "noise_batch"}


@pytest.mark.parametrize("key", claim("blocks", *NOISE))
def test_given_noise_equals_official(blocks, key):
    x = nhwc(blocks["inputs/x"])
    layer = with_strength(blocks["inputs/noise_weight"], x.shape)
    actual = layer(x, noise=nhwc(blocks[f"inputs/{NOISE[key]}"]))
    assert_close_to_max(nchw(actual), blocks[f"outputs/{key}"])


def test_noise_has_no_strength_at_first():
    layer, x = NoiseInjection(), draw(2, 8, 8, 3)
    np.testing.assert_array_equal(layer(x, noise="random"), x)


def test_none_leaves_the_input_alone():
    x = draw(2, 8, 8, 3)
    np.testing.assert_array_equal(with_strength(1.0)(x, noise="none"), x)


def test_fixed_noise_is_the_stored_map_for_every_image():
    layer, x = with_strength(2.0), np.zeros((4, 8, 8, 3), "float32")
    expected = np.broadcast_to(2.0 * np.asarray(layer.noise_map), x.shape)
    np.testing.assert_allclose(layer(x, noise="fixed"), expected, rtol=1e-6)


def test_random_noise_differs_between_calls_and_images_and_agrees_between_channels():
    layer, x = with_strength(1.0), np.zeros((4, 8, 8, 3), "float32")
    first, second = np.asarray(layer(x)), np.asarray(layer(x))
    assert np.abs(first - second).max() > 0.1
    assert np.abs(first[0] - first[1]).max() > 0.1
    np.testing.assert_array_equal(first[..., 0], first[..., 2])


def test_random_noise_is_standard_normal():
    noise = np.asarray(with_strength(1.0, (64, 8, 8, 1))(np.zeros((64, 8, 8, 1), "float32")))
    assert noise.mean() == pytest.approx(0.0, abs=0.05)
    assert noise.std() == pytest.approx(1.0, abs=0.05)


def test_two_layers_draw_different_noise():
    x = np.zeros((1, 8, 8, 3), "float32")
    assert np.abs(np.asarray(with_strength(1.0)(x)) - np.asarray(with_strength(1.0)(x))).max() > 0.1


def test_strength_is_per_channel():
    y = np.asarray(with_strength([0.0, 1.0, -3.0])(np.zeros((2, 8, 8, 3), "float32"), noise="fixed"))
    np.testing.assert_array_equal(y[..., 0], 0.0)
    np.testing.assert_allclose(y[..., 2], -3.0 * y[..., 1], rtol=1e-6)


def test_unknown_noise_is_told():
    with pytest.raises(ValueError, match="noise is 'loud'; it must be 'random', 'fixed', 'none' or an array"):
        NoiseInjection()(draw(1, 4, 4, 2), noise="loud")


def test_layer_keeps_the_rules():
    check_layer(NoiseInjection(), draw(2, 8, 8, 3), shape=(2, 8, 8, 3), trainable=3, fixed=64, noise="fixed")


@pytest.mark.parametrize("noise", ["random", "fixed", "none"])
@pytest.mark.parametrize("dtype", ["float16", "mixed_float16"])
def test_half_precision_stays_half_precision(dtype, noise):
    layer, x = with_strength(0.1, dtype=dtype), draw(4, 8, 8, 3)
    y = layer(x, noise=noise)
    assert keras.backend.standardize_dtype(y.dtype) == "float16"
    assert_close_to_max(y, x, 0.25)

import keras
import numpy as np
import pytest
from support.helpers import assert_close_to_max, check_layer, claim, nchw, nhwc

from stylegan_tf.networks.adain import AdaIN, InstanceNorm, StyleModulation


@pytest.fixture(scope="module")
def blocks(golden):
    return golden("blocks")


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def styled(cls, x, w, kernel, bias):
    layer = cls()
    layer.build(x.shape, w.shape)
    layer.affine.kernel.assign(kernel)
    layer.affine.bias.assign(bias)
    return layer


# The official numbers


@pytest.mark.parametrize("key", claim("blocks", "instance_norm"))
def test_instance_norm_equals_official(blocks, key):
    assert_close_to_max(nchw(InstanceNorm()(nhwc(blocks["inputs/x"]))), blocks[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("blocks", "style_mod", "style_mod_after_instance_norm"))
def test_style_equals_official(blocks, key):
    x, w = nhwc(blocks["inputs/x"]), blocks["inputs/v"]
    cls = AdaIN if key.endswith("instance_norm") else StyleModulation
    layer = styled(cls, x, w, blocks["inputs/style_w"], blocks["inputs/style_b"])
    assert_close_to_max(nchw(layer(x, w)), blocks[f"outputs/{key}"])


# Independent references


def test_instance_norm_gives_each_map_mean_zero_and_deviation_one():
    y = np.asarray(InstanceNorm()(5.0 + 3.0 * draw(3, 8, 8, 4)))
    np.testing.assert_allclose(y.mean(axis=(1, 2)), 0.0, atol=1e-5)
    np.testing.assert_allclose(y.std(axis=(1, 2)), 1.0, rtol=1e-4)


def test_instance_norm_of_a_constant_map_is_zero():
    np.testing.assert_array_equal(InstanceNorm()(np.full((1, 4, 4, 2), 7.0, "float32")), 0.0)


def test_adain_sets_mean_and_deviation_of_each_map_from_w():
    x, w, kernel, bias = draw(2, 8, 8, 3), draw(2, 5, seed=1), draw(5, 6, seed=2), draw(6, seed=3)
    y = np.asarray(styled(AdaIN, x, w, kernel, bias)(x, w))
    scale, shift = np.split(w @ kernel / np.sqrt(5.0) + bias, 2, axis=1)
    np.testing.assert_allclose(y.mean(axis=(1, 2)), shift, atol=1e-5)
    np.testing.assert_allclose(y.std(axis=(1, 2)), np.abs(scale + 1.0), rtol=1e-4, atol=1e-5)


def test_adain_forgets_mean_and_deviation_of_its_input():
    x, w = draw(2, 8, 8, 3), draw(2, 5, seed=1)
    layer = AdaIN()
    np.testing.assert_allclose(layer(10.0 * x + 4.0, w), layer(x, w), atol=1e-4)


def test_a_zero_style_changes_nothing():
    """The scale is s + 1, so that w = 0 and bias 0 leave x as it is."""
    x = draw(2, 4, 4, 3)
    np.testing.assert_allclose(StyleModulation()(x, np.zeros((2, 5), "float32")), x, rtol=1e-6)


def test_statistics_in_half_precision_do_not_overflow():
    """Squares of 1000 exceed float16."""
    x = 1000.0 * draw(1, 8, 8, 2)
    y = np.asarray(InstanceNorm(dtype="float16")(x), "float32")
    np.testing.assert_allclose(y.std(axis=(1, 2)), 1.0, rtol=5e-3)


# What holds for every layer

CASES = {
    "instance_norm": (InstanceNorm, [(2, 8, 8, 3)], 0),
    "style": (StyleModulation, [(2, 8, 8, 3), (2, 5)], 5 * 6 + 6),
    "adain": (AdaIN, [(2, 8, 8, 3), (2, 5)], 5 * 6 + 6),
}


@pytest.mark.parametrize("name", CASES)
def test_layer_keeps_the_rules(name):
    cls, shapes, trainable = CASES[name]
    check_layer(cls(), *[draw(*s) for s in shapes], shape=(2, 8, 8, 3), trainable=trainable)


@pytest.mark.parametrize("dtype", ["float16", "mixed_float16"])
@pytest.mark.parametrize("name", CASES)
def test_half_precision_is_near_full_precision(name, dtype):
    cls, shapes, _ = CASES[name]
    full, half, inputs = cls(), cls(dtype=dtype), [draw(*s) for s in shapes]
    expected = full(*inputs)
    half(*inputs)
    half.set_weights(full.get_weights())
    actual = half(*inputs)
    assert keras.backend.standardize_dtype(actual.dtype) == "float16"
    assert_close_to_max(actual, expected, 5e-3)

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from support.helpers import assert_close_to_max, check_layer, claim, nchw, nhwc

from stylegan_tf import layers
from stylegan_tf.networks.layers import (
    Bias,
    Blur,
    EqualizedConv2D,
    EqualizedDense,
    MinibatchStdDev,
    PixelNorm,
)

ROOT2 = math.sqrt(2.0)


@pytest.fixture(scope="module")
def blocks(golden):
    return golden("blocks")


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def with_kernel(layer, x, kernel, bias=None):
    """Build a layer for x and give it a kernel (and a bias)."""
    layer.build(x.shape)
    layer.kernel.assign(kernel)
    if bias is not None:
        layer.bias.assign(bias)
    return layer


def conv(x, kernel, **settings):
    """An EqualizedConv2D without bias on an official (NCHW) input, its output back in NCHW."""
    layer = EqualizedConv2D(kernel.shape[3], kernel_size=kernel.shape[0], use_bias=False, **settings)
    return nchw(with_kernel(layer, nhwc(x), kernel)(nhwc(x)))


# The official numbers

CONV = {
    "conv2d/k3_gain1_wscale": ("x", "w3", dict(gain=1.0)),
    "conv2d/k3_gainsqrt2_wscale": ("x", "w3", dict(gain=ROOT2)),
    "conv2d/k1_gain1_wscale": ("x", "w1", dict(gain=1.0)),
    "conv2d/k3_nowscale": ("x", "w3", dict(gain=1.0, equalized=False)),
    "upscale2d_conv2d/fused": ("x", "w3", dict(resample="up", fused=True)),
    "upscale2d_conv2d/nonfused": ("x", "w3", dict(resample="up", fused=False)),
    "upscale2d_conv2d/auto_8": ("x", "w3", dict(resample="up", fused=False)),
    "upscale2d_conv2d/auto_64in_is_fused": ("x64", "w3c3", dict(resample="up", fused=True)),
    "upscale2d_conv2d/nonfused_64in": ("x64", "w3c3", dict(resample="up", fused=False)),
    "conv2d_downscale2d/fused": ("x", "w3", dict(resample="down")),
    "conv2d_downscale2d/nonfused": ("x", "w3", dict(resample="down")),
    "conv2d_downscale2d/auto_8": ("x", "w3", dict(resample="down")),
    "conv2d_downscale2d/auto_128in_is_fused": ("x128", "w3c3", dict(resample="down")),
    "conv2d_downscale2d/auto_64in_is_nonfused": ("x64", "w3c3", dict(resample="down")),
}


@pytest.mark.parametrize("key", claim("blocks", *CONV))
def test_convolution_equals_official(blocks, key):
    x, kernel, settings = CONV[key]
    actual = conv(blocks[f"inputs/{x}"], blocks[f"inputs/{kernel}"], **settings)
    assert_close_to_max(actual, blocks[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("blocks", "upscale2d_conv2d/nonfused_flipped_weight"))
def test_flipped_kernel_turns_one_stored_form_into_the_other(blocks, key):
    flipped = blocks["inputs/w3"][::-1, ::-1]
    assert_close_to_max(
        conv(blocks["inputs/x"], flipped, resample="up", fused=False), blocks[f"outputs/{key}"]
    )
    assert_close_to_max(
        conv(blocks["inputs/x"], blocks["inputs/w3"], resample="up", fused=True), blocks[f"outputs/{key}"]
    )


@pytest.mark.parametrize("key", claim("blocks", "dense/lrmul0.01*"))
def test_dense_equals_official(blocks, key):
    v, bias = blocks["inputs/v"], blocks["inputs/bd"] if key.endswith("bias_lrelu") else None
    layer = EqualizedDense(7, lr_multiplier=0.01, use_bias=bias is not None)
    y = with_kernel(layer, v, blocks["inputs/wd"], bias)(v)
    assert_close_to_max(y if bias is None else layers.leaky_relu(y), blocks[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("blocks", "dense/flatten_nchw"))
def test_flattening_equals_official_once_the_kernel_rows_are_reordered(blocks, key):
    """The official code flattens C,H,W and this one H,W,C."""
    x = nhwc(blocks["inputs/x"]).reshape(4, -1)
    kernel = blocks["inputs/wdx"].reshape(6, 8, 8, 5).transpose(1, 2, 0, 3).reshape(384, 5)
    layer = with_kernel(EqualizedDense(5, use_bias=False), x, kernel)
    assert_close_to_max(layer(x), blocks[f"outputs/{key}"])


BLUR = {
    "blur2d/1-2-1": dict(),
    "blur2d/1-2-1_unnormalized": dict(normalize=False),
    "blur2d/1-3-3-1": dict(taps=(1, 3, 3, 1)),
}


@pytest.mark.parametrize("key", claim("blocks", *BLUR))
def test_blur_equals_official(blocks, key):
    assert_close_to_max(nchw(Blur(**BLUR[key])(nhwc(blocks["inputs/x"]))), blocks[f"outputs/{key}"])


RESAMPLE = {
    "upscale2d/2": (layers.upsample, 1),
    "upscale2d/4": (layers.upsample, 2),
    "downscale2d/2": (layers.downsample, 1),
    "downscale2d/4": (layers.downsample, 2),
    "downscale2d/8": (layers.downsample, 3),
}


@pytest.mark.parametrize("key", claim("blocks", *RESAMPLE))
def test_resampling_equals_official(blocks, key):
    function, times = RESAMPLE[key]
    x = nhwc(blocks["inputs/x"])
    for _ in range(times):
        x = function(x)
    assert_close_to_max(nchw(x), blocks[f"outputs/{key}"])


GRADIENT = {
    "blur2d/1-2-1_input_grad": (lambda x: Blur()(x), "dy"),
    "upscale2d/2_input_grad": (layers.upsample, "dy"),
    "downscale2d/2_input_grad": (layers.downsample, "x"),
}


@pytest.mark.parametrize("key", claim("blocks", *GRADIENT))
def test_gradient_by_input_equals_official(blocks, key):
    """All are linear: the gradient is the transposed map applied to dy, whatever the input. (For the smaller
    output the official numbers were made with the corner of x as dy.)
    """
    function, slope = GRADIENT[key]
    expected = blocks[f"outputs/{key}"]
    x = tf.zeros_like(nhwc(expected))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    dy = nhwc(blocks[f"inputs/{slope}"])[:, : y.shape[1], : y.shape[2]]
    assert_close_to_max(nchw(tape.gradient(y, x, dy)), expected)


@pytest.mark.parametrize("key", claim("blocks", "leaky_relu/values", "leaky_relu/grad"))
def test_leaky_relu_equals_official_also_at_zero(blocks, key):
    x = tf.constant(blocks["outputs/leaky_relu/x"])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layers.leaky_relu(x)
    assert_close_to_max(y if key.endswith("values") else tape.gradient(y, x), blocks[f"outputs/{key}"], 1e-6)


@pytest.mark.parametrize("key", claim("blocks", "pixel_norm", "pixel_norm_2d"))
def test_pixel_norm_equals_official(blocks, key):
    if key == "pixel_norm":
        actual = nchw(PixelNorm()(nhwc(blocks["inputs/x"])))
    else:
        actual = layers.pixel_norm(blocks["inputs/v"])
    assert_close_to_max(actual, blocks[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("blocks", "apply_bias/4d"))
def test_bias_equals_official(blocks, key):
    layer, x = Bias(), nhwc(blocks["inputs/x"])
    layer.build(x.shape)
    layer.bias.assign(blocks["inputs/bias6"])
    assert_close_to_max(nchw(layer(x)), blocks[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("blocks", "minibatch_stddev/*"))
def test_minibatch_stddev_equals_official(blocks, key):
    batch, group, features = (int(part.strip("batchgroupfe")) for part in key.split("/")[1].split("_"))
    x = nhwc(blocks["inputs/x8"])[:batch]
    assert_close_to_max(nchw(MinibatchStdDev(group, features)(x)), blocks[f"outputs/{key}"])


# Independent references


def correlate(x, kernel):
    """3x3 cross-correlation with zero padding, one multiplication at a time."""
    b, h, w, _ = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    y = np.zeros((b, h, w, kernel.shape[3]))
    for i in range(3):
        for j in range(3):
            y += padded[:, i : i + h, j : j + w] @ kernel[i, j]
    return y


@pytest.mark.parametrize("fused", [False, True])
def test_up_convolution_is_nearest_neighbour_then_correlation(fused):
    x, kernel = draw(2, 5, 5, 3), draw(3, 3, 3, 4, seed=1)
    layer = with_kernel(EqualizedConv2D(4, resample="up", fused=fused, gain=1.0, use_bias=False), x, kernel)
    stored = kernel[::-1, ::-1] if fused else kernel
    expected = correlate(x.repeat(2, 1).repeat(2, 2), stored / np.sqrt(27.0))
    assert_close_to_max(layer(x), expected, 1e-5)


def test_down_convolution_is_correlation_then_mean():
    x, kernel = draw(2, 6, 6, 3), draw(3, 3, 3, 4, seed=1)
    layer = with_kernel(EqualizedConv2D(4, resample="down", gain=1.0, use_bias=False), x, kernel)
    y = correlate(x, kernel / np.sqrt(27.0))
    assert_close_to_max(layer(x), y.reshape(2, 3, 2, 3, 2, 4).mean(axis=(2, 4)), 1e-5)


@pytest.mark.parametrize("resample", [None, "up", "down"])
def test_convolution_adds_its_bias_last(resample):
    x, bias = draw(1, 4, 4, 2), draw(3, seed=1)
    layer = EqualizedConv2D(3, resample=resample)
    before = layer(x)
    layer.bias.assign(bias)
    np.testing.assert_allclose(layer(x) - before, np.broadcast_to(bias, before.shape), atol=1e-6)


def test_minibatch_stddev_groups_are_strided():
    """Six images in two groups of three: image i belongs to group i mod 2."""
    x = draw(6, 4, 4, 5)
    new = np.asarray(MinibatchStdDev(3)(x))[..., 5]
    for i in range(6):
        members = x[i % 2 :: 2]
        np.testing.assert_allclose(new[i], np.sqrt(members.var(axis=0) + 1e-8).mean(), rtol=1e-5)


def test_minibatch_stddev_of_one_image_is_the_root_of_epsilon():
    np.testing.assert_allclose(np.asarray(MinibatchStdDev(4)(draw(1, 4, 4, 5)))[..., 5], 1e-4, rtol=1e-6)


def test_minibatch_stddev_is_the_same_with_an_open_batch_size():
    layer, x = MinibatchStdDev(4), draw(8, 4, 4, 5)
    graph = tf.function(layer, input_signature=[tf.TensorSpec((None, 4, 4, 5))])
    for batch in (8, 4, 3, 1):
        np.testing.assert_allclose(graph(x[:batch]), layer(x[:batch]), rtol=1e-6)


def test_minibatch_stddev_wants_a_multiple_of_the_group():
    with pytest.raises(ValueError, match="batch has 6 images; it must be a multiple of the group size 4"):
        MinibatchStdDev(4)(draw(6, 4, 4, 5))


def test_pixel_norm_makes_the_mean_square_one():
    y = layers.pixel_norm(100 * draw(3, 4, 4, 16))
    np.testing.assert_allclose(np.mean(np.square(y), axis=-1), 1.0, rtol=1e-5)


def test_blur_keeps_a_constant_inside_and_darkens_the_border():
    y = np.asarray(Blur()(np.ones((1, 6, 6, 2), "float32")))
    np.testing.assert_allclose(y[:, 1:-1, 1:-1], 1.0, rtol=1e-6)
    np.testing.assert_allclose(y[0, 0, 1:-1], 0.75, rtol=1e-6)


def test_downsample_undoes_upsample():
    x = draw(2, 4, 4, 3)
    np.testing.assert_allclose(layers.downsample(layers.upsample(x)), x, rtol=1e-6)


@pytest.mark.parametrize("lr_multiplier", [1.0, 0.01])
@pytest.mark.parametrize("equalized", [True, False])
def test_initial_weights_keep_the_variance_whatever_is_stored(equalized, lr_multiplier):
    """Stored: N(0, 1 / lr_multiplier), or he times that without equalisation; used: N(0, he)."""
    layer = EqualizedDense(2000, gain=1.0, equalized=equalized, lr_multiplier=lr_multiplier)
    layer.build((None, 100))
    stored = float(np.std(layer.kernel)) * lr_multiplier
    assert stored == pytest.approx(1.0 if equalized else 0.1, rel=0.02)
    assert np.std(layer.scaled_kernel()) == pytest.approx(0.1, rel=0.02)


def test_learning_rate_multiplier_acts_on_the_bias_too():
    layer = EqualizedDense(2, lr_multiplier=0.01)
    x = draw(1, 3)
    before = layer(x)
    layer.bias.assign([100.0, -200.0])
    np.testing.assert_allclose(layer(x) - before, [[1.0, -2.0]], atol=1e-5)


def test_unknown_resampling_is_refused():
    with pytest.raises(ValueError, match="resample is 'sideways'"):
        EqualizedConv2D(4, resample="sideways")


# What holds for every layer

CASES = {
    "dense": (EqualizedDense, dict(units=5, lr_multiplier=0.01, gain=1.0), (2, 7), (2, 5), 7 * 5 + 5),
    "dense_no_bias": (EqualizedDense, dict(units=5, use_bias=False, equalized=False), (2, 7), (2, 5), 7 * 5),
    "conv": (EqualizedConv2D, dict(filters=5), (2, 8, 8, 3), (2, 8, 8, 5), 27 * 5 + 5),
    "conv_1x1": (
        EqualizedConv2D,
        dict(filters=5, kernel_size=1, gain=1.0),
        (2, 8, 8, 3),
        (2, 8, 8, 5),
        3 * 5 + 5,
    ),
    "conv_up": (
        EqualizedConv2D,
        dict(filters=5, resample="up", use_bias=False),
        (2, 8, 8, 3),
        (2, 16, 16, 5),
        27 * 5,
    ),
    "conv_up_fused": (
        EqualizedConv2D,
        dict(filters=5, resample="up", fused=True),
        (2, 8, 8, 3),
        (2, 16, 16, 5),
        27 * 5 + 5,
    ),
    "conv_down": (EqualizedConv2D, dict(filters=5, resample="down"), (2, 8, 8, 3), (2, 4, 4, 5), 27 * 5 + 5),
    "bias": (Bias, dict(), (2, 8, 8, 3), (2, 8, 8, 3), 3),
    "pixel_norm": (PixelNorm, dict(), (2, 8, 8, 3), (2, 8, 8, 3), 0),
    "blur": (Blur, dict(taps=(1, 3, 3, 1), normalize=False), (2, 8, 8, 3), (2, 8, 8, 3), 0),
    "stddev": (MinibatchStdDev, dict(group=2, features=2), (4, 4, 4, 6), (4, 4, 4, 8), 0),
}


@pytest.mark.parametrize("name", CASES)
def test_layer_keeps_the_rules(name):
    cls, settings, given, shape, trainable = CASES[name]
    check_layer(cls(**settings), draw(*given), shape=shape, trainable=trainable)


@pytest.mark.parametrize("dtype", ["float16", "mixed_float16"])
@pytest.mark.parametrize("name", CASES)
def test_layer_in_half_precision_is_near_full_precision(name, dtype):
    cls, settings, given, _, _ = CASES[name]
    full, half, x = cls(**settings), cls(**settings, dtype=dtype), draw(*given)
    expected, actual = full(x), half(x)
    half.set_weights(full.get_weights())
    actual = half(x)
    assert keras.backend.standardize_dtype(actual.dtype) == "float16"
    assert_close_to_max(actual, expected, 5e-3)


@pytest.mark.parametrize("size", [0.0, 1e-4, 1000.0])
def test_pixel_norm_in_half_precision_neither_overflows_nor_divides_by_zero(size):
    """Squares of 1000 exceed float16, and its smallest number exceeds 1e-8."""
    x = size * draw(2, 4, 4, 8)
    actual = layers.pixel_norm(tf.cast(x, "float16"))
    assert actual.dtype == tf.float16
    np.testing.assert_allclose(np.asarray(actual, "float32"), layers.pixel_norm(x), atol=0.01)

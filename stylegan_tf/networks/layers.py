"""The primitives of both networks: equalised learning rate, resampling, pixel norm, minibatch deviation."""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import ops

GAIN = math.sqrt(2.0)  # He's gain, wherever a (leaky) ReLU follows
EPSILON = 1e-8  # inside every root of the official code
CHANNELS_LAST = "channels_last"  # of every layer here, whatever Keras's global setting says
_TINY = 1e-30  # makes the slope 1 at exactly 0, as in the official code, and changes no other float


def register(cls):
    """Make a layer or model loadable from ``.keras`` files."""
    return keras.saving.register_keras_serializable("stylegan_tf")(cls)


def float32_if_mixed(policy):
    """The dtype of the parts of a network that stay in float32 where the others compute in 16 bits.

    They are cheap, and need the range: the 4x4 constant has no variance at first, so that the gradient of its
    instance norm is 1 / sqrt(1e-8) = 10,000 times larger than what comes in.
    """
    return "float32" if policy.compute_dtype in ("float16", "bfloat16") else policy


def leaky_relu(x):
    """x where x >= 0, else 0.2 x."""
    return ops.leaky_relu(x + ops.cast(_TINY, x.dtype), 0.2)


def activate(x, name: str):
    """``name`` is "lrelu", "relu" or "linear"."""
    return {"lrelu": leaky_relu, "relu": ops.relu, "linear": lambda x: x}[name](x)


def upsample(x):
    """Nearest neighbour: each pixel becomes 2x2. (B, H, W, C) -> (B, 2H, 2W, C)"""
    return ops.repeat(ops.repeat(x, 2, axis=1), 2, axis=2)


def downsample(x):
    """Box average: the mean of each 2x2. (B, H, W, C) -> (B, H/2, W/2, C)"""
    return ops.average_pool(x, 2, 2, padding="valid", data_format=CHANNELS_LAST)


def pixel_norm(x, epsilon: float = EPSILON):
    """Divide by the root mean square over the last axis: (B, D) or (B, H, W, C), same shape out."""
    # In float32, since float16 holds neither x^2 nor 1e-8.
    mean = ops.mean(ops.square(ops.cast(x, "float32")), axis=-1, keepdims=True)
    return x / ops.cast(ops.sqrt(mean + epsilon), x.dtype)


class _Equalized(keras.layers.Layer):
    """Equalised learning rate: weights are stored as N(0, 1/lr_multiplier) and scaled whenever they are used.

    The scale he * lr_multiplier, he = gain / sqrt(fan_in), keeps every layer's output at unit variance, and
    as Adam's steps do not depend on the size of a gradient, all layers then learn at one relative speed.

    Source: Karras et al. 2017 (ProGAN) section 4.1; docs/exactness.md, Equalised learning rate.
    """

    def __init__(self, gain=GAIN, lr_multiplier=1.0, equalized=True, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.gain, self.lr_multiplier = gain, lr_multiplier
        self.equalized, self.use_bias = equalized, use_bias

    def add_parameters(self, kernel_shape):
        he = self.gain / math.sqrt(np.prod(kernel_shape[:-1]))
        stddev = (1.0 if self.equalized else he) / self.lr_multiplier
        self.scale = (he if self.equalized else 1.0) * self.lr_multiplier
        normal = keras.initializers.RandomNormal(stddev=stddev)
        self.kernel = self.add_weight(name="kernel", shape=kernel_shape, initializer=normal, autocast=False)
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=kernel_shape[-1:], initializer="zeros")

    def scaled_kernel(self):
        # Scaled first, in float32: 16 bits may not hold the gradient of the stored kernel.
        return ops.cast(self.kernel * self.scale, self.compute_dtype)

    def add_bias(self, x):
        return x + self.bias * self.lr_multiplier if self.use_bias else x  # no he factor on a bias

    def get_config(self):
        own = dict(
            gain=self.gain, lr_multiplier=self.lr_multiplier, equalized=self.equalized, use_bias=self.use_bias
        )
        return {**super().get_config(), **own}


@register
class EqualizedDense(_Equalized):
    """Dense layer with equalised learning rate; no activation. (B, D) -> (B, units)"""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.add_parameters((input_shape[-1], self.units))

    def call(self, x):
        return self.add_bias(ops.matmul(x, self.scaled_kernel()))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@register
class EqualizedConv2D(_Equalized):
    """Convolution with equalised learning rate and zero padding; no activation.

    (B, H, W, C) -> (B, H', W', filters)

    ``resample`` "up" doubles the side first (nearest neighbour), "down" halves it after (2x2 mean). Both are
    computed as one stride-2 convolution with a 4x4 kernel, the sum of the 3x3 kernel's four one-pixel shifts:
    the same function with 2.25 times fewer multiplications. Bias comes last, after the resampling.

    ``fused`` says in which form an up-sampling kernel is stored: the official code stores it rotated by 180
    degrees where the output is 128 or larger (docs/exactness.md, Fused kernels), so a checkpoint of one form
    is not one of the other.
    """

    def __init__(self, filters, kernel_size=3, resample=None, fused=False, **kwargs):
        super().__init__(**kwargs)
        if resample not in (None, "up", "down"):
            raise ValueError(f"resample is {resample!r}; it must be None, 'up' or 'down'")
        self.filters = filters
        self.kernel_size = kernel_size
        self.resample = resample
        self.fused = fused

    def build(self, input_shape):
        self.add_parameters((self.kernel_size, self.kernel_size, input_shape[-1], self.filters))

    def call(self, x):
        kernel = self.scaled_kernel()
        common = dict(padding="same", data_format=CHANNELS_LAST)
        if self.resample == "up":
            kernel = _sum_of_shifts(kernel if self.fused else kernel[::-1, ::-1])
            x = ops.conv_transpose(x, ops.transpose(kernel, (0, 1, 3, 2)), strides=2, **common)
        elif self.resample == "down":
            x = ops.conv(x, 0.25 * _sum_of_shifts(kernel), strides=2, **common)
        else:
            x = ops.conv(x, kernel, **common)
        return self.add_bias(x)

    def compute_output_shape(self, input_shape):
        b, h, w, _ = input_shape
        factor = {"up": 2, "down": 0.5, None: 1}[self.resample]
        return (b, h and int(h * factor), w and int(w * factor), self.filters)

    def get_config(self):
        own = dict(
            filters=self.filters, kernel_size=self.kernel_size, resample=self.resample, fused=self.fused
        )
        return {**super().get_config(), **own}


def _sum_of_shifts(kernel):
    """(k, k, in, out) -> (k+1, k+1, in, out): a 2x2 box applied to the kernel."""
    shifts = [((1 - i, i), (1 - j, j), (0, 0), (0, 0)) for i in (0, 1) for j in (0, 1)]
    return sum(ops.pad(kernel, shift) for shift in shifts)


@register
class Bias(keras.layers.Layer):
    """One learned number per channel, zero at first, added after the noise. Same shape out.

    Source: official networks_stylegan.py: layer_epilogue, apply_bias.
    """

    def build(self, input_shape):
        self.bias = self.add_weight(name="bias", shape=(input_shape[-1],), initializer="zeros")

    def call(self, x):
        return x + self.bias


@register
class PixelNorm(keras.layers.Layer):
    """x / sqrt(mean of x^2 over channels + 1e-8): ProGAN section 4.2. Same shape out."""

    def call(self, x):
        return pixel_norm(x)


@register
class Blur(keras.layers.Layer):
    """Low-pass filter: the outer product of ``taps``, one channel at a time, zero padding. Same shape out.

    Removes the frequencies that resampling would alias (Zhang 2019; StyleGAN appendix C).
    """

    def __init__(self, taps=(1, 2, 1), normalize=True, **kwargs):
        super().__init__(**kwargs)
        self.taps, self.normalize = tuple(taps), normalize

    def call(self, x):
        kernel = np.outer(self.taps, self.taps).astype("float32")
        kernel = kernel / kernel.sum() if self.normalize else kernel
        kernel = np.tile(kernel[:, :, None, None], (1, 1, x.shape[-1], 1))
        kernel = ops.cast(kernel, x.dtype)
        return ops.depthwise_conv(x, kernel, padding="same", data_format=CHANNELS_LAST)

    def get_config(self):
        return {**super().get_config(), "taps": self.taps, "normalize": self.normalize}


@register
class MinibatchStdDev(keras.layers.Layer):
    """Append the deviation across the batch as channels, so that D sees variety: ProGAN section 3.

    (B, H, W, C) -> (B, H, W, C + features). Image i belongs to group i mod (B / group): strided, not
    contiguous.

    Raises:
        ValueError: if the batch is larger than ``group`` and no multiple of it.
    """

    def __init__(self, group=4, features=1, **kwargs):
        super().__init__(**kwargs)
        self.group, self.features = group, features

    def call(self, x):
        batch, height, width, channels = ops.shape(x)
        group = min(self.group, batch) if isinstance(batch, int) else ops.minimum(self.group, batch)
        if isinstance(batch, int) and batch % group:
            raise ValueError(f"the batch has {batch} images; it must be a multiple of the group size {group}")
        f = self.features
        y = ops.reshape(x, (group, -1, height, width, f, channels // f))  # (g, M, H, W, F, C/F)
        y = ops.cast(y, "float32")
        y = y - ops.mean(y, axis=0, keepdims=True)
        y = ops.sqrt(ops.mean(ops.square(y), axis=0) + EPSILON)
        y = ops.cast(ops.mean(y, axis=(1, 2, 4)), x.dtype)  # (M, F)
        y = ops.tile(y, (group, 1))[:, None, None, :]  # (B, 1, 1, F)
        return ops.concatenate([x, ops.broadcast_to(y, (batch, height, width, f))], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + self.features)

    def get_config(self):
        return {**super().get_config(), "group": self.group, "features": self.features}

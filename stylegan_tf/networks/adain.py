"""Adaptive instance normalisation: a style is a scale and a shift per feature map (paper equation 1)."""

from __future__ import annotations

import keras
from keras import ops

from stylegan_tf.networks.layers import EPSILON, EqualizedDense, register


@register
class InstanceNorm(keras.layers.Layer):
    """(x - mean) / sqrt(variance + 1e-8) over the pixels of each feature map of each image. Same shape out.

    x: (B, H, W, C). The variance is the biased one; nothing is learned here. Statistics are taken in float32.
    """

    def call(self, x):
        y = ops.cast(x, "float32")
        y = y - ops.mean(y, axis=(1, 2), keepdims=True)
        y = y * ops.rsqrt(ops.mean(ops.square(y), axis=(1, 2), keepdims=True) + EPSILON)
        return ops.cast(y, x.dtype)


@register
class StyleModulation(keras.layers.Layer):
    """y = x * (scale + 1) + shift, with (scale, shift) = A(w), a learned affine map of gain 1.

    x: (B, H, W, C), w: (B, w_dim); same shape as x out. The first C outputs of A are the scale, the last C
    the shift.

    Source: official networks_stylegan.py: style_mod; docs/exactness.md, Styles.
    """

    def __init__(self, equalized=True, **kwargs):
        super().__init__(**kwargs)
        self.equalized = equalized

    def build(self, x_shape, w_shape):
        units = 2 * x_shape[-1]
        self.affine = EqualizedDense(
            units, gain=1.0, equalized=self.equalized, dtype=self.dtype_policy, name="affine"
        )
        self.affine.build(w_shape)

    def call(self, x, w):
        scale, shift = ops.split(self.affine(w)[:, None, None, :], 2, axis=-1)  # (B, 1, 1, C) each
        return x * (scale + 1.0) + shift

    def get_config(self):
        return {**super().get_config(), "equalized": self.equalized}


@register
class AdaIN(StyleModulation):
    """Instance norm, then the style: each feature map gets a new mean and deviation from w.

    AdaIN(x, w) = (scale + 1) * (x - mean(x)) / std(x) + shift

    Source: paper section 2, equation 1; Huang & Belongie 2017.
    """

    def build(self, x_shape, w_shape):
        super().build(x_shape, w_shape)
        self.normalize = InstanceNorm(dtype=self.dtype_policy, name="instance_norm")

    def call(self, x, w):
        return super().call(self.normalize(x), w)

"""The synthesis network: from styles to pixels, one block per resolution (paper figure 1b)."""

from __future__ import annotations

import keras
from keras import ops

from stylegan_tf.networks.adain import AdaIN, InstanceNorm, StyleModulation
from stylegan_tf.networks.base import ConfigLayer
from stylegan_tf.networks.layers import (
    Bias,
    Blur,
    EqualizedConv2D,
    EqualizedDense,
    PixelNorm,
    activate,
    float32_if_mixed,
    register,
    upsample,
)
from stylegan_tf.networks.noise import NoiseInjection
from stylegan_tf.scalars import is_one


@register
class LearnedConstant(keras.layers.Layer):
    """The 4x4 image, ones at first, from which every picture starts. Returns (batch, 4, 4, channels)."""

    def __init__(self, channels, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels

    def build(self, input_shape=None):
        self.constant = self.add_weight(name="constant", shape=(1, 4, 4, self.channels), initializer="ones")

    def call(self, ws):
        """ws is read for its batch size only."""
        return ops.broadcast_to(
            ops.cast(self.constant, self.compute_dtype), (ops.shape(ws)[0], 4, 4, self.channels)
        )

    def get_config(self):
        return {**super().get_config(), "channels": self.channels}


@register
class DenseInput(keras.layers.Layer):
    """The traditional input of configurations A, B and C: a dense layer from w.

    Returns (batch, 4, 4, channels).
    """

    def __init__(self, channels, equalized=True, **kwargs):
        super().__init__(**kwargs)
        self.channels, self.equalized = channels, equalized

    def build(self, input_shape):
        gain = 2**0.5 / 4.0  # a quarter of the usual gain, as in the official networks_progan.py: G_paper
        settings = dict(gain=gain, use_bias=False, equalized=self.equalized, dtype=self.dtype_policy)
        self.dense = EqualizedDense(16 * self.channels, name="dense", **settings)
        self.dense.build((None, input_shape[-1]))

    def call(self, ws):
        return ops.reshape(self.dense(ws[:, 0]), (-1, 4, 4, self.channels))

    def get_config(self):
        return {**super().get_config(), "channels": self.channels, "equalized": self.equalized}


@register
class Epilogue(ConfigLayer):
    """What follows every convolution, in this order: noise, bias, activation, norms, style.

    Source: official networks_stylegan.py: layer_epilogue.

    x: (B, H, W, C), w: (B, w_dim), noise as in NoiseInjection; same shape as x out.
    """

    def build(self, input_shape):
        c, common = self.config, dict(dtype=self.dtype_policy)
        w_shape = (None, c.w_dim)
        self.noise = NoiseInjection(name="noise", **common) if c.noise else None
        self.bias = Bias(name="bias", **common)
        self.pixel_norm = PixelNorm(name="pixel_norm", **common) if c.pixel_norm else None
        self.instance_norm = (
            InstanceNorm(name="instance_norm", **common) if c.instance_norm and not c.styles else None
        )
        style = AdaIN if c.instance_norm else StyleModulation
        self.style = style(equalized=c.equalized, name="style", **common) if c.styles else None
        for layer in (self.noise, self.bias):
            if layer:
                layer.build(input_shape)
        if self.style:
            self.style.build(input_shape, w_shape)

    def call(self, x, w, noise="random"):
        if self.noise:
            x = self.noise(x, noise=noise)
        x = activate(self.bias(x), self.config.activation)
        if self.pixel_norm:
            x = self.pixel_norm(x)
        if self.instance_norm:
            x = self.instance_norm(x)
        return self.style(x, w) if self.style else x


@register
class SynthesisBlock(ConfigLayer):
    """Two styled layers at one resolution. (B, r/2, r/2, C') -> (B, r, r, C); at 4x4 the input is ws itself.

    Above 4x4: up-sampling convolution, blur, epilogue; then convolution, epilogue.
    """

    def __init__(self, config, resolution, **kwargs):
        super().__init__(config, **kwargs)
        self.resolution = resolution

    def build(self, input_shape=None):
        c, r = self.config, self.resolution
        channels = c.width(r)
        common = dict(dtype=self.dtype_policy)
        conv = dict(use_bias=False, equalized=c.equalized, **common)
        self.blur = None
        if r == 4:
            if c.constant_input:
                self.input_layer = LearnedConstant(channels, name="constant", **common)
            else:
                self.input_layer = DenseInput(channels, c.equalized, name="dense_input", **common)
            self.input_layer.build((None, c.num_layers, c.w_dim))
        else:
            self.conv0 = EqualizedConv2D(
                channels, resample="up", fused=c.fused_at(r), name="conv0_up", **conv
            )
            self.conv0.build((None, r // 2, r // 2, c.width(r // 2)))
            self.blur = Blur(name="blur", **common) if c.blur else None
        self.conv1 = EqualizedConv2D(channels, name="conv1", **conv)
        self.epilogue0 = Epilogue(c, name="epilogue0", **common)
        self.epilogue1 = Epilogue(c, name="epilogue1", **common)
        for layer in (self.conv1, self.epilogue0, self.epilogue1):
            layer.build((None, r, r, channels))

    def call(self, x, ws, noise=("random", "random")):
        """x: the block below, or None at 4x4; ws (B, 2, w_dim) the styles of the two layers."""
        if self.resolution == 4:
            x = self.input_layer(ws)
        else:
            x = self.conv0(x)
            x = self.blur(x) if self.blur else x
        x = self.epilogue0(x, ws[:, 0], noise=noise[0])
        return self.epilogue1(self.conv1(x), ws[:, 1], noise=noise[1])

    def get_config(self):
        return {**super().get_config(), "resolution": self.resolution}


@register
class SynthesisNetwork(ConfigLayer):
    """ws (B, L, w_dim) -> images (B, r, r, channels), r = ``resolution`` (default: the full one).

    Nominal range [-1, 1], neither clipped nor squashed. ``alpha`` in [0, 1] is the weight of the newest block
    while it
    fades in: the blend is of RGB images. ``noise``: "random", "fixed", "none" or a list of L arrays (B or 1,
        h, w, 1).
    """

    def build(self, input_shape=None):
        c = self.config
        dtypes = {
            r: float32_if_mixed(self.dtype_policy) if r == 4 else self.dtype_policy for r in c.resolutions
        }
        self.blocks = {r: SynthesisBlock(c, r, dtype=dtypes[r], name=f"block{r}") for r in c.resolutions}
        to_rgb = dict(kernel_size=1, gain=1.0, equalized=c.equalized, dtype=self.dtype_policy)
        self.to_rgb = {r: EqualizedConv2D(c.channels, name=f"to_rgb{r}", **to_rgb) for r in c.resolutions}
        self._tracked = [
            *self.blocks.values(),
            *self.to_rgb.values(),
        ]  # Keras tracks lists, and not integer keys
        for r in c.resolutions:
            self.blocks[r].build()
            self.to_rgb[r].build((None, r, r, c.width(r)))

    def call(self, ws, resolution=None, alpha=1.0, noise="random"):
        resolution = resolution or self.config.resolution
        if resolution not in self.blocks:
            raise ValueError(
                f"resolution is {resolution}; this network makes {', '.join(map(str, self.blocks))}"
            )
        if ws.ndim != 3 or ws.shape[1] != self.config.num_layers:
            wanted = f"(batch, {self.config.num_layers}, {self.config.w_dim})"
            raise ValueError(
                f"ws has shape {tuple(ws.shape)}; synthesis wants {wanted}: broadcast(w) makes it"
            )
        sides = [r for r in self.config.resolutions if r <= resolution]
        noise = [noise] * self.config.num_layers if isinstance(noise, str) else noise
        if len(noise) < 2 * len(sides):
            wanted = f"{resolution}x{resolution} images want {2 * len(sides)}, two per resolution from 4x4 up"
            raise ValueError(f"noise has {len(noise)} arrays; {wanted}")
        x, before = None, None
        for i, r in enumerate(sides):
            before = x
            layers = slice(2 * i, 2 * i + 2)
            x = self.blocks[r](x, ws[:, layers], noise=noise[layers])
        image = self.to_rgb[resolution](x)
        if before is not None and not is_one(alpha):
            old = upsample(self.to_rgb[resolution // 2](before))
            image = alpha * image + (1.0 - alpha) * old
        return ops.cast(image, "float32")

    def compute_output_shape(self, input_shape, **kwargs):
        r = self.config.resolution
        return (input_shape[0], r, r, self.config.channels)

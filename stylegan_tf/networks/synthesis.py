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
from stylegan_tf.networks.noise import NoiseInjection, check_noise
from stylegan_tf.scalars import is_one


@register
class LearnedConstant(keras.layers.Layer):
    """The 4x4 image from which every picture starts; all ones at first. Returns (B, 4, 4, channels).

    Source: paper section 2; official networks_stylegan.py: G_synthesis (``const``).
    """

    def __init__(self, channels, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels

    def build(self, input_shape=None):
        self.constant = self.add_weight(name="constant", shape=(1, 4, 4, self.channels), initializer="ones")

    def call(self, ws):
        """Only the batch size of ws counts."""
        constant = ops.cast(self.constant, self.compute_dtype)  # (1, 4, 4, C)
        batch = ops.shape(ws)[0]
        return ops.broadcast_to(constant, (batch, 4, 4, self.channels))

    def get_config(self):
        return {**super().get_config(), "channels": self.channels}


@register
class DenseInput(keras.layers.Layer):
    """The traditional input of configurations A, B and C: a dense layer from w. (B, L, w_dim) -> (B, 4, 4, C)

    Only the w of the first layer counts.
    """

    def __init__(self, channels, equalized=True, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.equalized = equalized

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

    x: (B, H, W, C), w: (B, w_dim), noise as in NoiseInjection; same shape as x out.

    Source: official networks_stylegan.py: layer_epilogue; docs/exactness.md, The synthesis network.
    """

    def build(self, input_shape):
        # The configurations A to F differ in which of these parts there are. None is a part that is missing.
        c = self.config
        common = dict(dtype=self.dtype_policy)
        self.noise = NoiseInjection(name="noise", **common) if c.noise else None
        self.bias = Bias(name="bias", **common)
        self.pixel_norm = PixelNorm(name="pixel_norm", **common) if c.pixel_norm else None

        # AdaIN has the instance norm inside; without styles it is a layer of its own.
        self.instance_norm = None
        if c.instance_norm and not c.styles:
            self.instance_norm = InstanceNorm(name="instance_norm", **common)
        self.style = None
        if c.styles:
            style = AdaIN if c.instance_norm else StyleModulation
            self.style = style(equalized=c.equalized, name="style", **common)

        for layer in (self.noise, self.bias):
            if layer:
                layer.build(input_shape)
        if self.style:
            self.style.build(input_shape, (None, c.w_dim))

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
    """Two styled layers at one resolution. (B, r/2, r/2, C') -> (B, r, r, C)

    First an up-sampling convolution, blur and epilogue; then a convolution and epilogue. At 4x4 there is
    nothing to enlarge: the constant, or the dense layer from w, replaces the first convolution and its blur.
    """

    def __init__(self, config, resolution, **kwargs):
        super().__init__(config, **kwargs)
        self.resolution = resolution

    def build(self, input_shape=None):
        c = self.config
        r = self.resolution
        channels = c.width(r)
        common = dict(dtype=self.dtype_policy)
        conv = dict(use_bias=False, equalized=c.equalized, **common)  # the epilogue has the bias

        # The entry: the input at 4x4, above it an up-sampling convolution.
        self.blur = None
        if r == 4:
            if c.constant_input:
                self.input_layer = LearnedConstant(channels, name="constant", **common)
            else:
                self.input_layer = DenseInput(channels, c.equalized, name="dense_input", **common)
            self.input_layer.build((None, c.num_layers, c.w_dim))
        else:
            up = dict(resample="up", fused=c.fused_at(r))
            self.conv0 = EqualizedConv2D(channels, name="conv0_up", **up, **conv)
            self.conv0.build((None, r // 2, r // 2, c.width(r // 2)))
            self.blur = Blur(name="blur", **common) if c.blur else None

        # The second convolution, and what follows each of the two.
        self.conv1 = EqualizedConv2D(channels, name="conv1", **conv)
        self.epilogue0 = Epilogue(c, name="epilogue0", **common)
        self.epilogue1 = Epilogue(c, name="epilogue1", **common)
        for layer in (self.conv1, self.epilogue0, self.epilogue1):
            layer.build((None, r, r, channels))

    def call(self, x, ws, noise=("random", "random")):
        """x (B, r/2, r/2, C') -> (B, r, r, C).

        Args:
            x: maps of the block below, None at 4x4.
            ws: styles of the two layers, (B, 2, w_dim).
            noise: of the two layers, as in NoiseInjection.
        """
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

    Nominal range [-1, 1], neither clipped nor squashed.

    Call arguments:
        alpha: weight of the newest block while it fades in, 0 to 1. The blend is of RGB images.
        noise: "random", "fixed", "none" or a list of L arrays (B or 1, h, w, 1).

    Raises:
        ValueError: for a resolution that this network does not make, ws of another shape, too little noise.

    Source: paper figure 1b; official networks_stylegan.py: G_synthesis; docs/exactness.md, Growing.
    """

    def build(self, input_shape=None):
        # The blocks. In 16 bits the first one stays in float32: see float32_if_mixed.
        c = self.config
        dtypes = {r: self.dtype_policy for r in c.resolutions}
        dtypes[4] = float32_if_mixed(self.dtype_policy)
        self.blocks = {r: SynthesisBlock(c, r, dtype=dtypes[r], name=f"block{r}") for r in c.resolutions}

        # At every resolution a 1x1 convolution makes an image of the maps.
        to_rgb = dict(kernel_size=1, gain=1.0, equalized=c.equalized, dtype=self.dtype_policy)
        self.to_rgb = {r: EqualizedConv2D(c.channels, name=f"to_rgb{r}", **to_rgb) for r in c.resolutions}

        # Keras finds the layers in a list. It does not find them in a dict with integers as keys.
        self._tracked = [*self.blocks.values(), *self.to_rgb.values()]
        for r in c.resolutions:
            self.blocks[r].build()
            self.to_rgb[r].build((None, r, r, c.width(r)))

    def call(self, ws, resolution=None, alpha=1.0, noise="random"):
        c = self.config
        self._check_call(ws, resolution, noise)
        resolution = c.resolution if resolution is None else resolution
        sides = [r for r in c.resolutions if r <= resolution]
        if isinstance(noise, str):
            noise = [noise] * c.num_layers

        # From block to block, with the styles and the noise of its two layers.
        x = None
        before = None
        for i, r in enumerate(sides):
            before = x
            layers = slice(2 * i, 2 * i + 2)
            x = self.blocks[r](x, ws[:, layers], noise=noise[layers])  # (B, r, r, C)
        image = self.to_rgb[resolution](x)

        # While the newest block fades in: a blend with the image of the block below, enlarged.
        if before is not None and not is_one(alpha):
            old = upsample(self.to_rgb[resolution // 2](before))
            image = alpha * image + (1.0 - alpha) * old
        return ops.cast(image, "float32")

    def _check_call(self, ws, resolution, noise):
        """Raise ValueError for what ``call`` can't work with."""
        c = self.config
        if len(ws.shape) != 3 or tuple(ws.shape[1:]) != (c.num_layers, c.w_dim):
            raise ValueError(
                f"ws has shape {tuple(ws.shape)}; synthesis expects (batch, {c.num_layers}, {c.w_dim}): "
                "broadcast(w) makes it"
            )
        check_noise(noise, c, ws.shape[0], resolution)

    def compute_output_shape(self, input_shape, **kwargs):
        r = self.config.resolution
        return (input_shape[0], r, r, self.config.channels)

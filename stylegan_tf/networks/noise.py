"""Per-pixel noise, the source of stochastic detail (paper section 3.2)."""

from __future__ import annotations

import keras
from keras import ops

from stylegan_tf.networks.layers import register


@register
class NoiseInjection(keras.layers.Layer):
    """x + strength * noise: one noise image for all channels, one learned strength per channel (0 at first).

    x: (B, H, W, C); same shape out. ``noise`` is "random" (fresh N(0, 1) per image), "fixed" (the stored map,
    shared by the batch), "none", or an array of shape (B or 1, H, W, 1).

    Source: paper section 3.2; official networks_stylegan.py: apply_noise; docs/exactness.md, Noise.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape):
        _, height, width, channels = input_shape
        self.strength = self.add_weight(name="strength", shape=(channels,), initializer="zeros")
        normal = keras.initializers.RandomNormal(stddev=1.0)
        shape = (1, height, width, 1)
        self.noise_map = self.add_weight(name="noise_map", shape=shape, initializer=normal, trainable=False)

    def call(self, x, noise="random"):
        if isinstance(noise, str):
            if noise == "none":
                return x
            if noise == "random":
                noise = keras.random.normal((*ops.shape(x)[:3], 1), dtype=x.dtype, seed=self.seed_generator)
            elif noise == "fixed":
                noise = self.noise_map
            else:
                raise ValueError(f"noise is {noise!r}; it must be 'random', 'fixed', 'none' or an array")
        return x + self.strength * ops.cast(noise, x.dtype)

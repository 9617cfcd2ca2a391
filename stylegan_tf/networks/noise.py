"""Per-pixel noise, the source of stochastic detail (paper section 3.2)."""

from __future__ import annotations

import keras
from keras import ops

from stylegan_tf.networks.layers import register

WORDS = "'random', 'fixed', 'none'"


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
                raise ValueError(f"noise is {noise!r}; it must be {WORDS} or an array")
        return x + self.strength * ops.cast(noise, x.dtype)


def check_noise(noise, config, batch: int | None, resolution: int | None = None) -> None:
    """Raise ValueError for a resolution that a network does not make, or noise that it can't use.

    Args:
        noise: "random", "fixed", "none", or arrays (batch or 1, h, w, 1), two for each side from 4x4 up. More
            than the resolution needs are welcome.
        batch: samples; None where it is not known.
        resolution: of the images; None: the full one.
    """
    # The resolution.
    resolution = config.resolution if resolution is None else resolution
    if resolution not in config.resolutions:
        known = ", ".join(map(str, config.resolutions))
        raise ValueError(f"resolution is {resolution!r}; this network makes {known}")

    # One of the words, or enough arrays.
    if isinstance(noise, str):
        if noise not in ("random", "fixed", "none"):
            raise ValueError(f"noise is {noise!r}; it must be {WORDS} or an array for each layer")
        return
    sides = [r for r in config.resolutions if r <= resolution for _ in range(2)]
    if not isinstance(noise, (list, tuple)):
        found = type(noise).__name__
        raise ValueError(f"noise is of type {found}; it must be {WORDS} or an array for each layer")
    if len(noise) < len(sides):
        raise ValueError(
            f"noise has {len(noise)} arrays; {resolution}x{resolution} images need {len(sides)}, "
            "two per resolution from 4x4 up"
        )

    # Arrays of the layers' sides.
    for i, (side, maps) in enumerate(zip(sides, noise, strict=False)):
        if isinstance(maps, str):  # a word for each layer
            continue
        shape = tuple(maps.shape)
        if (
            len(shape) != 4
            or shape[1:] != (side, side, 1)
            or (None not in (shape[0], batch) and shape[0] not in (1, batch))
        ):
            rows = "1 or batch" if batch in (None, 1) else f"1 or {batch}"
            raise ValueError(f"noise of layer {i} has shape {shape}; expected is ({rows}, {side}, {side}, 1)")

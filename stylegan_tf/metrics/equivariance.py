"""Does a picture move when the network's inside moves? StyleGAN3's question, put to any generator.

Lesson 17 uses it.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from stylegan_tf.networks.float32 import in_float32


def shifted(maps, pixels: float) -> np.ndarray:
    """Maps (B, H, W, C) moved to the right by any number of pixels, round the edge.

    It is the ideal shift: the phases of the Fourier transform are turned, and nothing is interpolated.
    """
    spectrum = np.fft.fftn(np.asarray(maps, "float64"), axes=(0, 1, 2, 3))
    spectrum = ndimage.fourier_shift(spectrum, (0, 0, pixels, 0))
    return np.fft.ifftn(spectrum).real.astype("float32")


def drawn_with_a_shift(generator, ws, pixels: float, at: int, noise="none") -> np.ndarray:
    """Images (B, r, r, C) of ws (B, L, w_dim), with the maps of one block moved to the right.

    Args:
        generator: a style-based Generator.
        ws: (B, L, w_dim).
        pixels: how far, in pixels of the image. The maps move by pixels * at / r of their own, coarser
            pixels.
        at: side of the block after which the maps are moved.
        noise: as in ``synthesis``. It is added where it always is: it does not move along.

    Raises:
        ValueError: for a resolution that the network does not have.
    """
    generator = in_float32(generator)
    config = generator.config
    blocks = generator.synthesis.blocks
    if at not in blocks:
        raise ValueError(f"at is {at}; this network has blocks of side {', '.join(map(str, blocks))}")
    if isinstance(noise, str):
        noise = [noise] * config.num_layers

    # Synthesis, block by block, with the shift after one of them.
    x = None
    for i, side in enumerate(config.resolutions):
        layers = slice(2 * i, 2 * i + 2)
        x = blocks[side](x, ws[:, layers], noise=noise[layers])  # (B, side, side, maps)
        if side == at and pixels:
            x = shifted(x, pixels * at / config.resolution)
    return np.asarray(generator.synthesis.to_rgb[config.resolution](x), "float32")


def translation_equivariance(generator, ws, pixels: float, at: int, noise="none") -> float:
    """How nearly the image moves when the maps of side ``at`` do.

    The image of moved maps is compared with the moved image, over its middle: half of the height, three
    quarters of the width. What comes round the edge does not count. This is in the manner of EQ-T
    (StyleGAN3, section 3), which moves the input instead.

    Args:
        generator, ws, pixels, at, noise: as in ``drawn_with_a_shift``.

    Returns:
        a peak signal-to-noise ratio in decibels; the larger, the more nearly.
    """
    # The image, moved; and the image of moved maps.
    expected = shifted(drawn_with_a_shift(generator, ws, 0, at, noise), pixels)
    found = drawn_with_a_shift(generator, ws, pixels, at, noise)

    side = generator.config.resolution
    middle = (slice(None), slice(side // 4, side - side // 4), slice(side // 8, side - side // 8))
    error = np.mean((found[middle] - expected[middle]) ** 2)

    # Images lie in [-1, 1], so the peak is 2. Without any error the ratio is infinite.
    with np.errstate(divide="ignore"):
        return float(10 * np.log10(2.0**2 / error))

"""Does a picture move when the network's inside moves? The question of StyleGAN3, put to any generator
(lesson 17).
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage


def shifted(maps, pixels: float) -> np.ndarray:
    """Maps (B, H, W, C) moved to the right by any number of pixels, round the edge: the ideal shift, through
    Fourier's space.
    """
    spectrum = ndimage.fourier_shift(
        np.fft.fftn(np.asarray(maps, "float64"), axes=(0, 1, 2, 3)), (0, 0, pixels, 0)
    )
    return np.fft.ifftn(spectrum).real.astype("float32")


def drawn_with_a_shift(generator, ws, pixels: float, at: int, noise="none") -> np.ndarray:
    """Images (B, r, r, C) of ws (B, L, w_dim), whose maps after the block of side ``at`` were moved to the
    right.

    Args:
        pixels: of the image; the maps move by pixels * at / r of their own, coarser pixels.
        noise: as in ``synthesis``. It is added where it always is: it does not move along.

    Raises:
        ValueError: for a resolution that the network does not have.
    """
    config, blocks = generator.config, generator.synthesis.blocks
    if at not in blocks:
        raise ValueError(f"at is {at}; this network has blocks of side {', '.join(map(str, blocks))}")
    noise = [noise] * config.num_layers if isinstance(noise, str) else noise
    x = None
    for i, side in enumerate(config.resolutions):
        layers = slice(2 * i, 2 * i + 2)
        x = blocks[side](x, ws[:, layers], noise=noise[layers])
        if side == at and pixels:
            x = shifted(x, pixels * at / config.resolution)
    return np.asarray(generator.synthesis.to_rgb[config.resolution](x), "float32")


def translation_equivariance(generator, ws, pixels: float, at: int, noise="none") -> float:
    """How nearly the image moves when the maps of side ``at`` do: a peak signal-to-noise ratio in decibels,
    large if it does.

    The image of moved maps is compared with the moved image, over its middle (half of the height, three
    quarters of the width: what comes round the edge does not count). In the manner of EQ-T (StyleGAN3,
    section 3), which moves the input instead.

    Args:
        ws: (B, L, w_dim). The rest as in ``drawn_with_a_shift``.
    """
    wanted = shifted(drawn_with_a_shift(generator, ws, 0, at, noise), pixels)
    found = drawn_with_a_shift(generator, ws, pixels, at, noise)
    side = generator.config.resolution
    middle = (slice(None), slice(side // 4, side - side // 4), slice(side // 8, side - side // 8))
    with np.errstate(divide="ignore"):
        return float(10 * np.log10(2.0**2 / np.mean((found[middle] - wanted[middle]) ** 2)))

"""What noise does to a generator's pictures (paper Figures 4 and 5)."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from stylegan_tf import latents
from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.figures.layout import CELL, grid, resize_pixels
from stylegan_tf.figures.pages import DPI, ORANGE, place, wrap
from stylegan_tf.networks.generator import Generator
from stylegan_tf.networks.sampling import batches_of, styles_of


def noise_deviation(generator: Generator, seed: int, count: int = 100, draw=latents.from_seeds) -> np.ndarray:
    """Standard deviation of each pixel over draws of noise (Figure 4c).

    Args:
        generator: with noise.
        seed: of the image, and of the noise.
        count: draws of noise.
        draw: (seeds, z_dim) -> z.

    Returns:
        (r, r), in grey levels of 0 to 255.
    """
    ws = styles_of(generator, [seed], draw)  # (1, L, w_dim)
    rng = np.random.default_rng(seed)

    # Sums of differences from one image lose no digits; sums of the images themselves would.
    reference = np.clip(generator.synthesis(ws, noise="fixed"), -1, 1)  # (1, r, r, C)
    total = 0.0
    squares = 0.0
    for part in batches_of(count, generator.config.resolution):
        noise = latents.noise_list(generator.config, rng, len(part))
        images = np.clip(generator.synthesis(np.repeat(ws, len(part), axis=0), noise=noise), -1, 1)
        difference = (images - reference).astype("float64")  # (B, r, r, C)
        total = total + difference.sum(axis=0)
        squares = squares + (difference**2).sum(axis=0)

    variance = np.maximum(squares / count - (total / count) ** 2, 0)  # (r, r, C)
    return 127.5 * np.sqrt(variance.mean(axis=-1))


def noise_figure(generator: Generator, seed: int, count: int = 100, draw=latents.from_seeds) -> Figure:
    """What noise does to one image: Figure 4 above, Figure 5 below.

    Figure 4 shows other draws of the noise and the standard deviation over many; Figure 5 shows noise in some
    of the layers only.

    Args:
        generator, seed, count, draw: as in ``noise_deviation``.
    """
    config = generator.config
    ws = styles_of(generator, [seed], draw)  # (1, L, w_dim)

    # A frame where noise changes most, and what is in it under four other draws.
    deviation = noise_deviation(generator, seed, count, draw)  # (r, r)
    window = config.resolution // (2 if config.resolution <= 64 else 4)
    y, x = _largest_window(deviation, window)
    crops = []
    for other in range(1, 5):
        image = _image_under_noise(generator, ws, seed, other)
        crops.append(resize_pixels(image[y : y + window, x : x + window]))

    # The pictures of both figures.
    coarse = 2 * (len(config.resolutions) // 2)  # layers; at 1024 those of 4x4 to 32x32, as in the paper
    border = f"{config.resolutions[coarse // 2]}x{config.resolutions[coarse // 2]}"
    fine_layers = range(coarse, config.num_layers)
    whole = _image_under_noise(generator, ws, seed)
    upper = {
        f"seed {seed}, one draw": whole,
        "its frame, four other draws": np.atleast_3d(np.asarray(grid(np.stack(crops), 2))),
        f"deviation over {count} draws": deviation[..., None],
    }
    lower = {
        "noise in all layers": whole,
        "no noise": _image_under_noise(generator, ws, seed, layers=()),
        f"noise from {border} up": _image_under_noise(generator, ws, seed, layers=fine_layers),
        f"noise below {border}": _image_under_noise(generator, ws, seed, layers=range(coarse)),
    }

    # Two rows of them.
    figure = Figure(dpi=DPI)
    for row, panels in enumerate((upper, lower)):
        for column, (name, picture) in enumerate(panels.items()):
            picture = resize_pixels(picture, 2 * CELL)
            side = len(picture)
            place(figure, picture, column * (side + 24), -row * (side + 48), name)

    # The title, the frame on the first picture, lines between the four draws, the scale of the deviation.
    one, draws, spread, *_ = figure.axes
    one.annotate(
        "Noise: what changes when only the noise changes",
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 28),
        textcoords="offset points",
        fontsize=12,
    )
    corner = np.array([x, y]) * side / config.resolution - 0.5
    length = window * side / config.resolution
    one.add_patch(Rectangle(corner, length, length, fill=False, edgecolor=ORANGE, linewidth=2, clip_on=False))
    draws.axvline(side / 2 - 0.5, color="white", lw=2)
    draws.axhline(side / 2 - 0.5, color="white", lw=2)
    figure.colorbar(
        spread.images[0],
        cax=spread.inset_axes([1.06, 0, 0.07, 1]),
        label="standard deviation,\ngrey levels of 0 to 255",
    )
    return wrap(figure)


def _largest_window(deviation, window):
    """Upper left corner (y, x) of the window with the largest sum, in steps of a quarter of a window."""
    step = window // 4
    windows = np.lib.stride_tricks.sliding_window_view(deviation, (window, window))[::step, ::step]
    sums = windows.sum(axis=(2, 3))
    return np.multiply(np.unravel_index(sums.argmax(), sums.shape), step)


def _image_under_noise(generator, ws, seed, draw=0, layers=None):
    """The image of ws (1, L, w_dim), uint8 (r, r, C), under the draw-th noise of a seed, in some layers."""
    rng = np.random.default_rng([seed, draw])
    noise = latents.noise_list(generator.config, rng, layers=layers)
    return to_uint8(generator.synthesis(ws, noise=noise))[0]

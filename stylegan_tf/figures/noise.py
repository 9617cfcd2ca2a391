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
    """Standard deviation of each pixel over ``count`` draws of noise (Figure 4c): (r, r), in grey levels of 0
    to 255.
    """
    ws, rng, total, squares = styles_of(generator, [seed], draw), np.random.default_rng(seed), 0.0, 0.0
    reference = np.clip(
        generator.synthesis(ws, noise="fixed"), -1, 1
    )  # sums of differences from it lose no digits
    for part in batches_of(count, generator.config.resolution):
        noise = latents.noise_list(generator.config, rng, len(part))
        images = np.clip(generator.synthesis(np.repeat(ws, len(part), axis=0), noise=noise), -1, 1)
        difference = (images - reference).astype("float64")
        total, squares = total + difference.sum(axis=0), squares + (difference**2).sum(axis=0)
    variance = np.maximum(squares / count - (total / count) ** 2, 0)
    return 127.5 * np.sqrt(variance.mean(axis=-1))


def noise_figure(generator: Generator, seed: int, count: int = 100, draw=latents.from_seeds) -> Figure:
    """What noise does: Figure 4 (other draws of it, standard deviation) above Figure 5 (noise in some of the
    layers).
    """
    config, ws = generator.config, styles_of(generator, [seed], draw)
    deviation = noise_deviation(generator, seed, count, draw)
    coarse = 2 * (len(config.resolutions) // 2)  # layers; at 1024 those of 4x4 to 32x32, as in the paper
    border = f"{config.resolutions[coarse // 2]}x{config.resolutions[coarse // 2]}"
    window = config.resolution // (2 if config.resolution <= 64 else 4)
    step = window // 4  # the frame stands where noise changes most
    windows = np.lib.stride_tricks.sliding_window_view(deviation, (window, window))[::step, ::step].sum(
        axis=(2, 3)
    )
    y, x = np.multiply(np.unravel_index(windows.argmax(), windows.shape), step)

    def image(draw=0, layers=None):
        noise = latents.noise_list(config, np.random.default_rng([seed, draw]), layers=layers)
        return to_uint8(generator.synthesis(ws, noise=noise))[0]

    whole, crops = (
        image(),
        np.stack([resize_pixels(image(draw)[y : y + window, x : x + window]) for draw in range(1, 5)]),
    )
    upper = {
        f"seed {seed}, one draw": whole,
        "its frame, four other draws": np.atleast_3d(np.asarray(grid(crops, 2))),
        f"deviation over {count} draws": deviation[..., None],
    }
    lower = {
        "noise in all layers": whole,
        "no noise": image(layers=()),
        f"noise from {border} up": image(layers=range(coarse, config.num_layers)),
        f"noise below {border}": image(layers=range(coarse)),
    }
    figure = Figure(dpi=DPI)
    for i, panels in enumerate((upper, lower)):
        for j, (name, picture) in enumerate(panels.items()):
            side = len(picture := resize_pixels(picture, 2 * CELL))
            place(figure, picture, j * (side + 24), -i * (side + 48), name)
    one, draws, spread, *_ = figure.axes
    corner, length = np.array([x, y]) * side / config.resolution - 0.5, window * side / config.resolution
    one.add_patch(Rectangle(corner, length, length, fill=False, edgecolor=ORANGE, linewidth=2, clip_on=False))
    above = dict(xycoords="axes fraction", xytext=(0, 28), textcoords="offset points", fontsize=12)
    one.annotate("Noise: what changes when only the noise changes", (0, 1), **above)
    for line in (draws.axvline, draws.axhline):
        line(side / 2 - 0.5, color="white", lw=2)
    bar = dict(
        cax=spread.inset_axes([1.06, 0, 0.07, 1]), label="standard deviation,\ngrey levels of 0 to 255"
    )
    figure.colorbar(spread.images[0], **bar)
    return wrap(figure)

"""The paper's Figures 2, 3, 4, 5 and 8 from any generator, with the seeds and truncation of NVIDIA's own script.

With the published FFHQ network they show the paper's faces, but for noise: the stored maps stand in for Figure 2's fresh
ones, and Figures 4 and 5 draw their own. Figure 1 is a diagram of the network, 6 a drawing of the idea behind W, and 7 shows
pictures of the FFHQ data set: no generator makes them. Seeds and psi are those of the official generate_figures.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from stylegan_tf import figures, latents
from stylegan_tf.generator import Generator
from stylegan_tf.latents import labels_of
from stylegan_tf.layout import pictures
from stylegan_tf.report import save

ROWS, HALVINGS = 3, (0, 1, 2, 2, 3, 3)  # of Figure 2: rows of its first column, and how often a column's side is halved
SOURCES, DESTINATIONS = (639, 701, 687, 615, 2268), (888, 829, 1898, 1733, 1614, 845)  # of Figure 3
NOISE_SEEDS = (1157, 1012, 1967, 1555)  # two of Figure 4, two of Figure 5; both figures are drawn of each
TRUNCATION_SEEDS = (91, 388)  # of Figure 8


def write_figures(generator: Generator, folder: Path) -> Iterator[Path]:
    """Draw the figures into ``folder``, each as paper-<number>-<name>.png; yields a path when it is written.

    A network of 1024x1024 takes about 650 images. Labels: as in figures.py.
    """
    folder, draw = Path(folder), latents.from_official_seeds
    yield save(uncurated(generator), folder / "paper-02-uncurated.png")
    yield save(figures.mixing_grid(generator, SOURCES, DESTINATIONS, draw=draw), folder / "paper-03-mixing.png")
    for seed in NOISE_SEEDS:
        yield save(figures.noise_figure(generator, seed, draw=draw), folder / f"paper-04-05-noise-seed{seed}.png")
    yield save(figures.truncation_strip(generator, TRUNCATION_SEEDS, draw=draw), folder / "paper-08-truncation.png")


def uncurated(generator: Generator, seed: int = 5, psi: float = 0.7, cutoff: int = 8) -> Image.Image:
    """Figure 2: columns of smaller and smaller images, none left out, truncated as the official generator does by default.

    The first image is at full size, or enlarged to 256 dots or more. All latents come from one stream of numbers.
    """
    counts = [ROWS * 2**halving for halving in HALVINGS]
    z = np.random.RandomState(seed).randn(sum(counts), generator.z_dim).astype("float32")
    ws = generator.broadcast(generator.mapping(z, labels_of(generator.config, range(len(z)))))
    ws = np.asarray(latents.truncate(ws, generator.w_avg, psi, cutoff))
    side = max(generator.config.resolution, 256)
    images = iter(pictures(generator, ws, side))
    page = Image.new("RGB", (sum(side >> halving for halving in HALVINGS), ROWS * side))
    x = 0
    for count, halving in zip(counts, HALVINGS, strict=True):
        small = side >> halving
        for i in range(count):
            image = next(images)
            picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
            page.paste(picture.resize((small, small), Image.Resampling.LANCZOS), (x, i * small))
        x += small
    return page

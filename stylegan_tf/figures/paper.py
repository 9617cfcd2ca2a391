"""The paper's Figures 2, 3, 4, 5 and 8 from any generator, with the official seeds and truncation.

With the published FFHQ network they show the paper's faces, except for the noise: Figure 2 here has the
stored maps instead of fresh ones, and Figures 4 and 5 draw their own. Figure 1 is a diagram of the network, 6
a drawing of the idea behind W, and 7 shows pictures of the FFHQ data set: no generator makes them.

Source: official generate_figures.py, for seeds and psi.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from stylegan_tf import latents
from stylegan_tf.figures.layout import grid, pictures
from stylegan_tf.figures.noise import noise_figure
from stylegan_tf.figures.pages import save, table
from stylegan_tf.files import expanded
from stylegan_tf.latents.codes import labels_of
from stylegan_tf.networks.generator import Generator
from stylegan_tf.networks.sampling import styles_of

# Figure 2: rows of its first column, and how often a column's side is halved
ROWS = 3
HALVINGS = (0, 1, 2, 2, 3, 3)
# Figure 3
SOURCES = (639, 701, 687, 615, 2268)
DESTINATIONS = (888, 829, 1898, 1733, 1614, 845)
# Figures 4 and 5: two seeds each; here both figures are drawn of all four
NOISE_SEEDS = (1157, 1012, 1967, 1555)
# Figure 8
TRUNCATION_SEEDS = (91, 388)


def write_paper_figures(generator: Generator, folder: Path) -> Iterator[Path]:
    """Draw the figures into ``folder``, each as paper-<number>-<name>.png.

    A network of 1024x1024 takes about 650 images. A conditional network draws class ``seed % label_dim``.

    Yields:
        a path, when it is written.
    """
    folder = expanded(folder)
    draw = latents.from_official_seeds
    yield save(uncurated(generator), folder / "paper-02-uncurated.png")
    yield save(mixing_grid(generator, SOURCES, DESTINATIONS, draw=draw), folder / "paper-03-mixing.png")
    for seed in NOISE_SEEDS:
        yield save(noise_figure(generator, seed, draw=draw), folder / f"paper-04-05-noise-seed{seed}.png")
    yield save(truncation_strip(generator, TRUNCATION_SEEDS, draw=draw), folder / "paper-08-truncation.png")


def uncurated(generator: Generator, seed: int = 5, psi: float = 0.7, cutoff: int = 8) -> Image.Image:
    """Figure 2: columns of smaller and smaller images, none left out.

    They are truncated as the official generator does by default. The first image is at full size, or enlarged
    to 256 dots or more. All latents come from one stream of numbers.
    """
    # The images, truncated.
    counts = [ROWS * 2**halving for halving in HALVINGS]  # of each column
    z = np.random.RandomState(seed).randn(sum(counts), generator.z_dim).astype("float32")
    labels = labels_of(generator.config, range(len(z)))
    ws = generator.broadcast(generator.mapping(z, labels))
    ws = np.asarray(latents.truncate(ws, generator.w_avg, psi, cutoff))  # (N, L, w_dim)
    side = max(generator.config.resolution, 256)
    images = iter(pictures(generator, ws, side))

    # Column by column, from the top down.
    sides = [side >> halving for halving in HALVINGS]
    page = Image.new("RGB", (sum(sides), ROWS * side))
    x = 0
    for count, small in zip(counts, sides, strict=True):
        for i in range(count):
            image = next(images)
            picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
            page.paste(picture.resize((small, small), Image.Resampling.LANCZOS), (x, i * small))
        x += small
    return page


def uncurated_sheet(generator: Generator, rows=10, columns=10, seed=0, psi=1.0, cutoff=None) -> Image.Image:
    """The images of seeds ``seed``, ``seed + 1``, ...: nobody has picked the good ones (Figure 2)."""
    ws = styles_of(generator, range(seed, seed + rows * columns))
    ws = latents.truncate(ws, generator.w_avg, psi, cutoff)
    return grid(pictures(generator, ws), columns, gap=2)


def style_bands(num_layers: int) -> dict[str, range]:
    """The styled layers that count as coarse, middle and fine (section 3.1).

    The paper's borders are layers 4 (16x16) and 8 (64x64). In a smaller network the last resolution is fine
    and the one before it middle: at 32x32 layers 0-3, 4-5 and 6-7. At 8x8, which has two resolutions only,
    layers 0, 1 and 2-3.

    Raises:
        ValueError: for a number of layers that no StyleGAN has.
    """
    if num_layers < 4 or num_layers % 2:
        raise ValueError(
            f"num_layers is {num_layers}; a StyleGAN has an even number, from 4 (8x8) to 18 (1024x1024)"
        )
    middle = max(1, min(4, num_layers - 4))
    fine = min(8, num_layers - 2)
    return {"coarse": range(middle), "middle": range(middle, fine), "fine": range(fine, num_layers)}


def mixing_grid(
    generator: Generator, source_seeds, destination_seeds, styles=None, draw=latents.from_seeds
) -> Figure:
    """Style mixing (Figure 3): what the coarse, middle and fine styles carry from one image to another.

    Sources along the top, destinations on the left. A picture between them is the destination, but with the
    styles of one band of layers copied from the source. Unlike in the paper, every destination comes in every
    band.

    Args:
        generator: with styles.
        source_seeds, destination_seeds: one image each.
        styles: name -> layers; default: ``style_bands`` of this network.
        draw: (seeds, z_dim) -> z.
    """
    bands = styles or style_bands(generator.config.num_layers)
    sources = styles_of(generator, source_seeds, draw)  # (S, L, w_dim)
    destinations = styles_of(generator, destination_seeds, draw)  # (D, L, w_dim)
    destination_pictures = pictures(generator, destinations)

    # The first row: nothing in the corner, then the sources.
    names = ["source"]
    cells = [[None, *pictures(generator, sources)]]

    # For each band a row per destination: the destination, then mixed with each source.
    groups = {}
    for band, layers in bands.items():
        groups[len(cells)] = _description(band, layers)
        for seed, picture, ws in zip(destination_seeds, destination_pictures, destinations, strict=True):
            mixed = latents.mix(np.repeat(ws[None], len(sources), axis=0), sources, layers)
            names.append(f"seed {seed}")
            cells.append([picture, *pictures(generator, mixed)])

    columns = ["destination", *(f"seed {seed}" for seed in source_seeds)]
    title = "Style mixing: destinations with some of the styles of a source"
    return table(cells, names, columns, title, groups)


def _description(band, layers):
    """What the right margin of ``mixing_grid`` says of a band: its layers, and their resolutions."""
    first = min(layers)
    last = max(layers)
    sides = [_side_of(first)]
    if _side_of(last) != sides[0]:
        sides.append(_side_of(last))
    return f"{band} styles\nfrom the source\n\nlayers {first} to {last}\n{' to '.join(sides)}"


def _side_of(layer):
    """The resolution "4x4" for layers 0 and 1, "8x8" for 2 and 3, ..."""
    side = 2 ** (layer // 2 + 2)
    return f"{side}x{side}"


def truncation_strip(
    generator, seeds, psis=(1, 0.7, 0.5, 0, -0.5, -1), cutoff=None, draw=latents.from_seeds
) -> Figure:
    """Truncation (Figure 8): a row per seed, a column per psi.

    psi = 1 is the image itself, 0 the mean of all, and a negative psi its opposite.

    Args:
        generator: with styles.
        seeds: one image each.
        psis: one column each.
        cutoff: layers that are truncated, from the coarsest on; None is all.
        draw: (seeds, z_dim) -> z.
    """
    ws = styles_of(generator, seeds, draw)
    columns = [pictures(generator, latents.truncate(ws, generator.w_avg, psi, cutoff)) for psi in psis]
    cells = list(zip(*columns, strict=True))

    rows = [f"seed {seed}" for seed in seeds]
    names = [f"ψ = {psi:g}".replace("-", "\N{MINUS SIGN}") for psi in psis]
    where = "all layers" if cutoff is None else f"the first {cutoff} layers"
    title = rf"Truncation in {where}: $w \;\to\; \bar{{w}} + \psi\,(w - \bar{{w}})$"
    return table(cells, rows, names, title)

"""The paper's Figures 2, 3, 4, 5 and 8 from any generator, with the seeds and truncation of NVIDIA's own
script.

With the published FFHQ network they show the paper's faces, but for noise: the stored maps stand in for
Figure 2's fresh ones, and Figures 4 and 5 draw their own. Figure 1 is a diagram of the network, 6 a drawing
of the idea behind W, and 7 shows
pictures of the FFHQ data set: no generator makes them. Seeds and psi are those of the official
    generate_figures.py.
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
from stylegan_tf.latents.codes import labels_of
from stylegan_tf.networks.generator import Generator
from stylegan_tf.networks.sampling import styles_of

ROWS, HALVINGS = (
    3,
    (0, 1, 2, 2, 3, 3),
)  # of Figure 2: rows of its first column, and how often a column's side is halved
SOURCES, DESTINATIONS = (639, 701, 687, 615, 2268), (888, 829, 1898, 1733, 1614, 845)  # of Figure 3
NOISE_SEEDS = (1157, 1012, 1967, 1555)  # two of Figure 4, two of Figure 5; both figures are drawn of each
TRUNCATION_SEEDS = (91, 388)  # of Figure 8


def write_paper_figures(generator: Generator, folder: Path) -> Iterator[Path]:
    """Draw the figures into ``folder``, each as paper-<number>-<name>.png; yields a path when it is written.

    A network of 1024x1024 takes about 650 images. A conditional network draws class ``seed % label_dim``.
    """
    folder, draw = Path(folder), latents.from_official_seeds
    yield save(uncurated(generator), folder / "paper-02-uncurated.png")
    yield save(mixing_grid(generator, SOURCES, DESTINATIONS, draw=draw), folder / "paper-03-mixing.png")
    for seed in NOISE_SEEDS:
        yield save(noise_figure(generator, seed, draw=draw), folder / f"paper-04-05-noise-seed{seed}.png")
    yield save(truncation_strip(generator, TRUNCATION_SEEDS, draw=draw), folder / "paper-08-truncation.png")


def uncurated(generator: Generator, seed: int = 5, psi: float = 0.7, cutoff: int = 8) -> Image.Image:
    """Figure 2: columns of smaller and smaller images, none left out, truncated as the official generator
    does by default.

    The first image is at full size, or enlarged to 256 dots or more. All latents come from one stream of
    numbers.
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


def uncurated_sheet(generator: Generator, rows=10, columns=10, seed=0, psi=1.0, cutoff=None) -> Image.Image:
    """The images of seeds ``seed``, ``seed + 1``, ...: nobody has picked the good ones (Figure 2)."""
    ws = styles_of(generator, range(seed, seed + rows * columns))
    return grid(pictures(generator, latents.truncate(ws, generator.w_avg, psi, cutoff)), columns, gap=2)


def style_bands(num_layers: int) -> dict[str, range]:
    """The styled layers that count as coarse, middle and fine (section 3.1).

    The paper's borders are layers 4 (16x16) and 8 (64x64). In a smaller network the last resolution is fine
    and the one
    before it middle: at 32x32 layers 0-3, 4-5 and 6-7. At 8x8, which has two resolutions only, layers 0, 1
        and 2-3.
    """
    if num_layers < 4 or num_layers % 2:
        raise ValueError(
            f"num_layers is {num_layers}; a StyleGAN has an even number, from 4 (8x8) to 18 (1024x1024)"
        )
    middle, fine = max(1, min(4, num_layers - 4)), min(8, num_layers - 2)
    return {"coarse": range(middle), "middle": range(middle, fine), "fine": range(fine, num_layers)}


def mixing_grid(
    generator: Generator, source_seeds, destination_seeds, styles=None, draw=latents.from_seeds
) -> Figure:
    """Style mixing (Figure 3): what the coarse, middle and fine styles carry from one image to another.

    Sources along the top, destinations at the left. A picture between them is the destination, but with the
    styles of one band of layers copied from the source. Unlike in the paper, every destination comes in every
    band.

    Args:
        styles: name -> layers; default: ``style_bands`` of this network. draw: (seeds, z_dim) -> z.
    """
    bands = styles or style_bands(generator.config.num_layers)
    sources, destinations = (styles_of(generator, seeds, draw) for seeds in (source_seeds, destination_seeds))
    names, cells, groups = ["source"], [[None, *pictures(generator, sources)]], {}
    for band, layers in bands.items():
        sides = [f"{2 ** (i // 2 + 2)}x{2 ** (i // 2 + 2)}" for i in (min(layers), max(layers))]
        where = " to ".join(dict.fromkeys(sides))
        groups[len(cells)] = (
            f"{band} styles\nfrom the source\n\nlayers {min(layers)} to {max(layers)}\n{where}"
        )
        for seed, picture, ws in zip(
            destination_seeds, pictures(generator, destinations), destinations, strict=True
        ):
            mixed = latents.mix(np.repeat(ws[None], len(sources), axis=0), sources, layers)
            names.append(f"seed {seed}")
            cells.append([picture, *pictures(generator, mixed)])
    columns = ["destination", *(f"seed {s}" for s in source_seeds)]
    return table(
        cells, names, columns, "Style mixing: destinations with some of the styles of a source", groups
    )


def truncation_strip(
    generator, seeds, psis=(1, 0.7, 0.5, 0, -0.5, -1), cutoff=None, draw=latents.from_seeds
) -> Figure:
    """Truncation (Figure 8): a row per seed; psi = 1 is the image itself, 0 the mean of all, negative its
    opposite.
    """
    ws = styles_of(generator, seeds, draw)
    columns = [pictures(generator, latents.truncate(ws, generator.w_avg, psi, cutoff)) for psi in psis]
    names = [f"ψ = {psi:g}".replace("-", "\N{MINUS SIGN}") for psi in psis]
    where = "all layers" if cutoff is None else f"the first {cutoff} layers"
    title = rf"Truncation in {where}: $w \;\to\; \bar{{w}} + \psi\,(w - \bar{{w}})$"
    return table(list(zip(*columns, strict=True)), [f"seed {s}" for s in seeds], names, title)

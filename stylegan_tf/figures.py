"""The paper's figures from any generator, and pictures of training (matplotlib).

Images have the stored noise, no truncation unless a function says so, and are clipped to [-1, 1]. A seed gives the same
image in all figures; a conditional network draws class ``seed % label_dim``. What comes back is a
``matplotlib.figure.Figure``, or a ``PIL.Image`` where there is nothing to label.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, NullFormatter
from PIL import Image

from stylegan_tf import latents
from stylegan_tf.data.pipeline import to_uint8
from stylegan_tf.generator import Generator
from stylegan_tf.growing import Schedule
from stylegan_tf.layout import CELL, DPI, fit, grid, parts, pictures, place, styles_of, table, wrap

BLUE, ORANGE = "#0072B2", "#D55E00"  # of Okabe and Ito's colours, which colour-blind people can tell apart
CURVES = {  # what ``curves`` draws of a history: panel -> column -> name; the first line is solid, the second dashed
    "loss": {"d_loss": "discriminator", "g_loss": "generator"},
    "mean score of D": {"real_score": "D(real)", "fake_score": "D(fake)"},
    "gradient penalty, unweighted": {"penalty": "R1"},
    "std of w in a batch": {"w_std": "w"},
    "share of pixel variance\nthat z explains (rest: noise)": {"z_share": "z"},
    "images per second": {"images_per_second": "speed"},
}


def uncurated_sheet(generator: Generator, rows=10, columns=10, seed=0, psi=1.0, cutoff=None) -> Image.Image:
    """The images of seeds ``seed``, ``seed + 1``, ...: nobody has picked the good ones (Figure 2)."""
    ws = styles_of(generator, range(seed, seed + rows * columns))
    return grid(pictures(generator, latents.truncate(ws, generator.w_avg, psi, cutoff)), columns, gap=2)


def style_bands(num_layers: int) -> dict[str, range]:
    """The styled layers that count as coarse, middle and fine (section 3.1).

    The paper's borders are layers 4 (16x16) and 8 (64x64). In a smaller network the last resolution is fine and the one
    before it middle: at 32x32 layers 0-3, 4-5 and 6-7. At 8x8, which has two resolutions only, layers 0, 1 and 2-3.
    """
    if num_layers < 4 or num_layers % 2:
        raise ValueError(f"num_layers is {num_layers}; a StyleGAN has an even number, from 4 (8x8) to 18 (1024x1024)")
    middle, fine = max(1, min(4, num_layers - 4)), min(8, num_layers - 2)
    return {"coarse": range(middle), "middle": range(middle, fine), "fine": range(fine, num_layers)}


def mixing_grid(generator: Generator, source_seeds, destination_seeds, styles=None, draw=latents.from_seeds) -> Figure:
    """Style mixing (Figure 3): what the coarse, middle and fine styles carry from one image to another.

    Sources along the top, destinations at the left. A picture between them is the destination, but with the styles of one
    band of layers copied from the source. Unlike in the paper, every destination comes in every band.

    Args:
        styles: name -> layers; default: ``style_bands`` of this network. draw: (seeds, z_dim) -> z.
    """
    bands = styles or style_bands(generator.config.num_layers)
    sources, destinations = (styles_of(generator, seeds, draw) for seeds in (source_seeds, destination_seeds))
    names, cells, groups = ["source"], [[None, *pictures(generator, sources)]], {}
    for band, layers in bands.items():
        sides = [f"{2 ** (i // 2 + 2)}x{2 ** (i // 2 + 2)}" for i in (min(layers), max(layers))]
        where = " to ".join(dict.fromkeys(sides))
        groups[len(cells)] = f"{band} styles\nfrom the source\n\nlayers {min(layers)} to {max(layers)}\n{where}"
        for seed, picture, ws in zip(destination_seeds, pictures(generator, destinations), destinations, strict=True):
            mixed = latents.mix(np.repeat(ws[None], len(sources), axis=0), sources, layers)
            names.append(f"seed {seed}")
            cells.append([picture, *pictures(generator, mixed)])
    columns = ["destination", *(f"seed {s}" for s in source_seeds)]
    return table(cells, names, columns, "Style mixing: destinations with some of the styles of a source", groups)


def truncation_strip(generator, seeds, psis=(1, 0.7, 0.5, 0, -0.5, -1), cutoff=None, draw=latents.from_seeds) -> Figure:
    """Truncation (Figure 8): a row per seed; psi = 1 is the image itself, 0 the mean of all, negative its opposite."""
    ws = styles_of(generator, seeds, draw)
    columns = [pictures(generator, latents.truncate(ws, generator.w_avg, psi, cutoff)) for psi in psis]
    names = [f"ψ = {psi:g}".replace("-", "\N{MINUS SIGN}") for psi in psis]
    where = "all layers" if cutoff is None else f"the first {cutoff} layers"
    title = rf"Truncation in {where}: $w \;\to\; \bar{{w}} + \psi\,(w - \bar{{w}})$"
    return table(list(zip(*columns, strict=True)), [f"seed {s}" for s in seeds], names, title)


def sample_moments(sample_files) -> dict[float, tuple[int, Path]]:
    """kimg -> (resolution, file) of sample pictures, by their names.

    Raises:
        ValueError: for another name, or if there are none.
    """
    moments = {}
    for file in map(Path, sample_files):
        match = re.fullmatch(r"(\d+(?:\.\d+)?)_(\d+)x\2", file.stem)
        if not match:
            raise ValueError(f"{file.name} is no sample picture; its name must be like 000012.500_16x16.png: kimg, resolution")
        moments[float(match[1])] = int(match[2]), file
    if not moments:
        raise ValueError("there are no sample pictures yet; training writes one to samples/ at each tick")
    return moments


def growth(sample_files, rows: int = 8) -> Figure:
    """The same latents through training: a row per moment, among them the first, and the last of each resolution.

    Args:
        sample_files: pictures written during training, named ``<kimg>_<r>x<r>.png``: grids of 8 columns without gaps,
            enlarged to the full resolution. The first row of each is shown.
        rows: number of moments; it is exceeded only by a network of more resolutions.
    """
    moments = sample_moments(sample_files)
    chosen = {min(moments), *{moments[kimg][0]: kimg for kimg in sorted(moments)}.values()}
    while len(chosen) < min(rows, len(moments)):  # add the moment that is farthest from the chosen ones
        chosen.add(max(moments, key=lambda kimg: min(abs(kimg - other) for other in chosen)))
    cells = []
    for kimg in sorted(chosen):
        strip = np.atleast_3d(np.asarray(Image.open(moments[kimg][1])))
        side = strip.shape[1] // 8
        cells.append([fit(strip[:side, i * side : (i + 1) * side]) for i in range(8)])
    names = [f"{moments[kimg][0]}x{moments[kimg][0]}\n{kimg:.1f} kimg" for kimg in sorted(chosen)]
    return table(cells, names, [f"latent {i}" for i in range(8)], "Growing: the same eight latents through training")


def noise_deviation(generator: Generator, seed: int, count: int = 100, draw=latents.from_seeds) -> np.ndarray:
    """Standard deviation of each pixel over ``count`` draws of noise (Figure 4c): (r, r), in grey levels of 0 to 255."""
    ws, rng, total, squares = styles_of(generator, [seed], draw), np.random.default_rng(seed), 0.0, 0.0
    reference = np.clip(generator.synthesis(ws, noise="fixed"), -1, 1)  # sums of differences from it lose no digits
    for part in parts(generator.config, count):
        noise = latents.noise_list(generator.config, rng, len(part))
        images = np.clip(generator.synthesis(np.repeat(ws, len(part), axis=0), noise=noise), -1, 1)
        difference = (images - reference).astype("float64")
        total, squares = total + difference.sum(axis=0), squares + (difference**2).sum(axis=0)
    variance = np.maximum(squares / count - (total / count) ** 2, 0)
    return 127.5 * np.sqrt(variance.mean(axis=-1))


def noise_figure(generator: Generator, seed: int, count: int = 100, draw=latents.from_seeds) -> Figure:
    """What noise does: Figure 4 (other draws of it, standard deviation) above Figure 5 (noise in some of the layers)."""
    config, ws = generator.config, styles_of(generator, [seed], draw)
    deviation = noise_deviation(generator, seed, count, draw)
    coarse = 2 * (len(config.resolutions) // 2)  # layers; at 1024 those of 4x4 to 32x32, as in the paper
    border = f"{config.resolutions[coarse // 2]}x{config.resolutions[coarse // 2]}"
    window = config.resolution // (2 if config.resolution <= 64 else 4)
    step = window // 4  # the frame stands where noise changes most
    windows = np.lib.stride_tricks.sliding_window_view(deviation, (window, window))[::step, ::step].sum(axis=(2, 3))
    y, x = np.multiply(np.unravel_index(windows.argmax(), windows.shape), step)

    def image(draw=0, layers=None):
        noise = latents.noise_list(config, np.random.default_rng([seed, draw]), layers=layers)
        return to_uint8(generator.synthesis(ws, noise=noise))[0]

    whole, crops = image(), np.stack([fit(image(draw)[y : y + window, x : x + window]) for draw in range(1, 5)])
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
            side = len(picture := fit(picture, 2 * CELL))
            place(figure, picture, j * (side + 24), -i * (side + 48), name)
    one, draws, spread, *_ = figure.axes
    corner, length = np.array([x, y]) * side / config.resolution - 0.5, window * side / config.resolution
    one.add_patch(Rectangle(corner, length, length, fill=False, edgecolor=ORANGE, linewidth=2, clip_on=False))
    above = dict(xycoords="axes fraction", xytext=(0, 28), textcoords="offset points", fontsize=12)
    one.annotate("Noise: what changes when only the noise changes", (0, 1), **above)
    for line in (draws.axvline, draws.axhline):
        line(side / 2 - 0.5, color="white", lw=2)
    bar = dict(cax=spread.inset_axes([1.06, 0, 0.07, 1]), label="standard deviation,\ngrey levels of 0 to 255")
    figure.colorbar(spread.images[0], **bar)
    return wrap(figure)


def schedule_plot(schedule: Schedule) -> Figure:
    """Progressive growing before it happens: resolution, alpha, batch size and learning rate against images shown."""
    figure = Figure(figsize=(8, 5), dpi=DPI, layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    edges = [(p, images) for p in schedule.phases for images in (p.start, p.end)]
    lines = [
        (upper, "resolution", BLUE, "-", [p.resolution for p, _ in edges]),
        (upper.twinx(), "alpha", ORANGE, "--", [p.alpha(images) for p, images in edges]),
        (lower, "images per step", BLUE, "-", [p.batch_size for p, _ in edges]),
        (lower.twinx(), "learning rate", ORANGE, "--", [p.learning_rate for p, _ in edges]),
    ]
    for axes, name, colour, style, values in lines:
        axes.plot([images / 1000 for _, images in edges], values, style, color=colour, lw=2)
        axes.set_ylabel(f"{name} ({'solid' if style == '-' else 'dashed'})", color=colour)
        axes.set_ylim(0, (1.15 if style == "-" else 1.4) * max(values))  # flat lines stay apart
    upper.set_yscale("log", base=2)
    upper.set_ylim(schedule.resolutions[0] / 1.3, 1.3 * schedule.resolutions[-1])
    upper.set_yticks(schedule.resolutions, [f"{r}x{r}" for r in schedule.resolutions])
    lines[1][0].set_yticks([0, 0.5, 1])
    for p in schedule.phases:
        for axes in (upper, lower) if p.fading else ():
            axes.axvspan(p.start / 1000, p.end / 1000, color="0.88", lw=0)
    upper.set_title("Schedule of growing; grey: the newest block fades in", fontsize=12)
    lower.set_xlabel("kimg (thousands of images shown)")
    return figure


def curves(history) -> Figure:
    """Training in numbers: losses, scores, penalty, variety of w, share of z, speed. Dotted lines: the resolution grows.

    Args:
        history: rows of history.csv (dicts), or ``History.history`` (a dict of lists). Missing columns are left out.
    """
    if isinstance(history, dict):
        history = [dict(zip(history, values, strict=True)) for values in zip(*history.values(), strict=True)]
    if not history:
        raise ValueError("the history has no rows yet; training adds one at each tick")
    known = {name for row in history for name in row}
    column = {name: np.array([row.get(name, np.nan) for row in history], "float64") for name in known}
    panels = {title: [(n, label) for n, label in lines.items() if n in known] for title, lines in CURVES.items()}
    panels = {title: lines for title, lines in panels.items() if lines}
    rows, kimg, sides = -(-len(panels) // 2), column["kimg"], column["resolution"]
    figure = Figure(figsize=(9, 0.5 + 2.2 * rows), dpi=DPI, layout="constrained")
    for i, (title, lines) in enumerate(panels.items()):
        axes = figure.add_subplot(rows, 2, i + 1)
        for (name, label), colour, style in zip(lines, (BLUE, ORANGE), ("-", "--"), strict=False):
            axes.plot(kimg, column[name], style, color=colour, label=label)
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_xlabel("kimg (thousands of images shown)")
        axes.margins(y=0.25)
        if len(lines) > 1:
            axes.legend(frameon=False, ncols=2, fontsize=9, loc="upper right")
        elif name == "images_per_second":
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_formatter(NullFormatter())
        else:
            axes.set_ylim(0, 1.3 * np.nanmax(column[name], initial=1e-6))
        for j in np.flatnonzero(np.diff(sides)):
            axes.axvline(kimg[j], color="0.5", lw=0.8, ls=":")
            name, place = f" {sides[j + 1]:.0f}x{sides[j + 1]:.0f} ", axes.get_xaxis_transform()
            axes.text(kimg[j], 1, name, fontsize=7, color="0.4", rotation=90, va="top", ha="right", transform=place)
    return figure

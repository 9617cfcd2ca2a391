"""The paper's figures from any generator, and pictures of training (matplotlib).

Images have the stored noise, no truncation unless a function says so, and are clipped to [-1, 1]. A seed
gives the same image in all figures; a conditional network draws class ``seed % label_dim``. What comes back
is a ``matplotlib.figure.Figure``, or a ``PIL.Image`` where there is nothing to label.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from PIL import Image

from stylegan_tf.figures.layout import resize_pixels
from stylegan_tf.figures.pages import BLUE, DPI, ORANGE, table
from stylegan_tf.training.schedule import Schedule

# What ``curves`` draws of a history: panel -> column -> name; the first line is solid, the second dashed
CURVES = {
    "loss": {"d_loss": "discriminator", "g_loss": "generator"},
    "mean score of D": {"real_score": "D(real)", "fake_score": "D(fake)"},
    "gradient penalty, unweighted": {"penalty": "R1"},
    "std of w in a batch": {"w_std": "w"},
    "share of pixel variance\nthat z explains (rest: noise)": {"z_share": "z"},
    "images per second": {"images_per_second": "speed"},
}


def sample_moments(sample_files) -> dict[float, tuple[int, Path]]:
    """kimg -> (resolution, file) of sample pictures, by their names.

    Raises:
        ValueError: for another name, or if there are none.
    """
    moments = {}
    for file in map(Path, sample_files):
        match = re.fullmatch(r"(\d+(?:\.\d+)?)_(\d+)x\2", file.stem)
        if not match:
            raise ValueError(
                f"{file.name} is no sample picture; its name must be like 000012.500_16x16.png: kimg, resolution"
            )
        moments[float(match[1])] = int(match[2]), file
    if not moments:
        raise ValueError("there are no sample pictures yet; training writes one to samples/ at each tick")
    return moments


def growth(sample_files, rows: int = 8) -> Figure:
    """The same latents through training: a row per moment, among them the first, and the last of each
    resolution.

    Args:
        sample_files: pictures written during training, named ``<kimg>_<r>x<r>.png``: grids of 8 columns
            without gaps, enlarged to the full resolution. The first row of each is shown.
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
        cells.append([resize_pixels(strip[:side, i * side : (i + 1) * side]) for i in range(8)])
    names = [f"{moments[kimg][0]}x{moments[kimg][0]}\n{kimg:.1f} kimg" for kimg in sorted(chosen)]
    return table(
        cells, names, [f"latent {i}" for i in range(8)], "Growing: the same eight latents through training"
    )


def schedule_plot(schedule: Schedule) -> Figure:
    """Progressive growing before it happens: resolution, alpha, batch size and learning rate against images
    shown.
    """
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
    """Training in numbers: losses, scores, penalty, variety of w, share of z, speed. Dotted lines: the
    resolution grows.

    Args:
        history: rows of history.csv (dicts), or ``History.history`` (a dict of lists). Missing columns are
            left out.
    """
    if isinstance(history, dict):
        history = [dict(zip(history, values, strict=True)) for values in zip(*history.values(), strict=True)]
    if not history:
        raise ValueError("the history has no rows yet; training adds one at each tick")
    known = {name for row in history for name in row}
    column = {name: np.array([row.get(name, np.nan) for row in history], "float64") for name in known}
    panels = {
        title: [(n, label) for n, label in lines.items() if n in known] for title, lines in CURVES.items()
    }
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
            axes.text(
                kimg[j], 1, name, fontsize=7, color="0.4", rotation=90, va="top", ha="right", transform=place
            )
    return figure

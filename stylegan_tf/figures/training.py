"""Pictures of training (matplotlib): growth, the schedule, and the curves of its numbers."""

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
    "mean score of D for real pictures": {"seen_score": "that train", "unseen_score": "held out"},
    "gradient penalty, unweighted": {"penalty": "R1"},
    "std of w in a batch": {"w_std": "w"},
    "augmentation": {"augment_p": "probability p", "real_sign": "mean sign of D(real)"},
    "share of pixel variance\nthat z explains (rest: noise)": {"z_share": "z"},
    "images per second": {"images_per_second": "speed"},
}


def sample_moments(sample_files) -> dict[float, tuple[int, Path]]:
    """kimg -> (resolution, file) of sample pictures, by their names.

    Args:
        sample_files: paths, each named ``<kimg>_<r>x<r>.png``.

    Raises:
        ValueError: for another name, or if there are none.
    """
    # A name is kimg and resolution, such as 000012.500_16x16.
    moments = {}
    for file in map(Path, sample_files):
        match = re.fullmatch(r"(\d+(?:\.\d+)?)_(\d+)x\2", file.stem)
        if not match:
            raise ValueError(
                f"{file.name} is no sample picture; "
                "its name must be like 000012.500_16x16.png: kimg, resolution"
            )
        kimg = float(match[1])
        resolution = int(match[2])
        moments[kimg] = (resolution, file)
    if not moments:
        raise ValueError("there are no sample pictures yet; training writes one to samples/ at each tick")
    return moments


def growth(sample_files, rows: int = 8) -> Figure:
    """The same latents through training, a row per moment.

    Among the moments are the first, and the last of each resolution.

    Args:
        sample_files: pictures written during training, named ``<kimg>_<r>x<r>.png``: grids of 8 columns
            without gaps, enlarged to the full resolution. The first row of each is shown.
        rows: number of moments; it is exceeded only by a network of more resolutions.

    Raises:
        ValueError: for a file of another name, or if there are none.
    """
    moments = sample_moments(sample_files)
    cells = []
    names = []
    for kimg in _chosen_moments(moments, rows):
        resolution, file = moments[kimg]
        picture = np.atleast_3d(np.asarray(Image.open(file)))  # (height, 8 * side, C)
        side = picture.shape[1] // 8
        cells.append([resize_pixels(picture[:side, i * side : (i + 1) * side]) for i in range(8)])
        names.append(f"{resolution}x{resolution}\n{kimg:.1f} kimg")
    columns = [f"latent {i}" for i in range(8)]
    return table(cells, names, columns, "Growing: the same eight latents through training")


def _chosen_moments(moments, rows):
    """At most ``rows`` of the moments, in order: the first, the last of each resolution, and some between."""
    last_of_resolution = {moments[kimg][0]: kimg for kimg in sorted(moments)}
    chosen = {min(moments), *last_of_resolution.values()}

    # Fill up with the moment that is farthest from those chosen so far.
    while len(chosen) < min(rows, len(moments)):
        distances = {kimg: min(abs(kimg - other) for other in chosen) for kimg in moments}
        chosen.add(max(distances, key=distances.get))
    return sorted(chosen)


def schedule_plot(schedule: Schedule) -> Figure:
    """Progressive growing before it happens, against images shown.

    Resolution and alpha above, batch size and learning rate below.
    """
    figure = Figure(figsize=(8, 5), dpi=DPI, layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    upper_right = upper.twinx()
    lower_right = lower.twinx()

    # Two points a phase, where it begins and where it ends.
    edges = [(phase, images) for phase in schedule.phases for images in (phase.start, phase.end)]
    kimg = [images / 1000 for _, images in edges]
    _solid(upper, "resolution", kimg, [phase.resolution for phase, _ in edges])
    _dashed(upper_right, "alpha", kimg, [phase.alpha(images) for phase, images in edges])
    _solid(lower, "images per step", kimg, [phase.batch_size for phase, _ in edges])
    whose = "learning rate" if schedule.config.generator_lr == 1 else "learning rate of D"
    _dashed(lower_right, whose, kimg, [phase.learning_rate for phase, _ in edges])

    # Resolutions double, so their axis is logarithmic.
    upper.set_yscale("log", base=2)
    upper.set_ylim(schedule.resolutions[0] / 1.3, 1.3 * schedule.resolutions[-1])
    upper.set_yticks(schedule.resolutions, [f"{r}x{r}" for r in schedule.resolutions])
    upper_right.set_yticks([0, 0.5, 1])

    # Grey where a block fades in.
    for phase in schedule.phases:
        if phase.fading:
            upper.axvspan(phase.start / 1000, phase.end / 1000, color="0.88", lw=0)
            lower.axvspan(phase.start / 1000, phase.end / 1000, color="0.88", lw=0)
    upper.set_title("Schedule of growing; grey: the newest block fades in", fontsize=12)
    lower.set_xlabel("kimg (thousands of images shown)")
    return figure


def _solid(axes, name, kimg, values):
    """A solid blue line; its axis, on the left, is a little higher than the line."""
    axes.plot(kimg, values, "-", color=BLUE, lw=2)
    axes.set_ylabel(f"{name} (solid)", color=BLUE)
    axes.set_ylim(0, 1.15 * max(values))


def _dashed(axes, name, kimg, values):
    """A dashed orange line; its axis, on the right, is higher, so that two flat lines stay apart."""
    axes.plot(kimg, values, "--", color=ORANGE, lw=2)
    axes.set_ylabel(f"{name} (dashed)", color=ORANGE)
    axes.set_ylim(0, 1.4 * max(values))


def curves(history) -> Figure:
    """Training in numbers: losses, scores, penalty, variety of w, share of z, speed.

    Dotted lines show where the resolution grows.

    Args:
        history: rows of history.csv (dicts), or ``History.history`` (a dict of lists). Missing columns are
            left out.

    Raises:
        ValueError: if there are no rows.
    """
    # Columns, whatever the history comes as; NaN where a row lacks a number.
    if isinstance(history, dict):
        history = [dict(zip(history, values, strict=True)) for values in zip(*history.values(), strict=True)]
    if not history:
        raise ValueError("the history has no rows yet; training adds one at each tick")
    known = {name for row in history for name in row}
    column = {name: np.array([row.get(name, np.nan) for row in history], "float64") for name in known}

    # The panels that have something to show.
    panels = {}
    for title, lines in CURVES.items():
        lines = {name: label for name, label in lines.items() if name in known}
        if lines:
            panels[title] = lines

    rows = -(-len(panels) // 2)  # rounded up
    figure = Figure(figsize=(9, 0.5 + 2.2 * rows), dpi=DPI, layout="constrained")
    for i, (title, lines) in enumerate(panels.items()):
        axes = figure.add_subplot(rows, 2, i + 1)
        axes.set_title(title, loc="left", fontsize=10)
        _draw_panel(axes, column, lines)
        _mark_growth(axes, column["kimg"], column["resolution"])
    return figure


def _draw_panel(axes, column, lines):
    """One panel of ``curves``; lines: column -> name, one or two."""
    for (name, label), colour, style in zip(lines.items(), (BLUE, ORANGE), ("-", "--"), strict=False):
        axes.plot(column["kimg"], column[name], style, color=colour, label=label)
    axes.set_xlabel("kimg (thousands of images shown)")
    axes.margins(y=0.25)

    # Two lines need names. A speed falls a hundredfold as images grow. All else begins at zero.
    if len(lines) > 1:
        axes.legend(frameon=False, ncols=2, fontsize=9, loc="upper right")
    elif name == "images_per_second":
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_ylim(0, 1.3 * np.nanmax(column[name], initial=1e-6))


def _mark_growth(axes, kimg, sides):
    """A dotted line, with the new resolution, after each row whose successor has another resolution."""
    for j in np.flatnonzero(np.diff(sides)):
        axes.axvline(kimg[j], color="0.5", lw=0.8, ls=":")
        axes.text(
            kimg[j],
            1,
            f" {sides[j + 1]:.0f}x{sides[j + 1]:.0f} ",
            fontsize=7,
            color="0.4",
            rotation=90,
            va="top",
            ha="right",
            transform=axes.get_xaxis_transform(),
        )

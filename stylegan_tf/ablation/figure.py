"""The figure of an ablation: each seed, the mean and its error, next to the paper's numbers."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure

from stylegan_tf.ablation.report import TITLES, groups, metrics_of, summarize
from stylegan_tf.ablation.variants import PAPER
from stylegan_tf.figures.evaluation import BLUE, GREY, ORANGE
from stylegan_tf.figures.pages import DPI

SHOWN = ("FID", "PPL z full", "PPL w full", "separability z", "separability w")
AXES = {
    "configuration": "configuration",
    "mixing": "share of minibatches that mix",
    "depth": "mapping layers",
}
NAMES = {"PPL z full": "Path length in z", "PPL w full": "Path length in w"}


def ablation_figure(rows: list[dict], about: dict) -> Figure:
    """A row of panels for each group of lines, a panel for each number.

    Points are seeds, the dash is their mean, the broad bar its standard error; a thin bar at each point is
    the metric's own error. The last panel has the paper's FID on FFHQ, grey, with its own axis.

    Args:
        rows: as ``ablation.Table.rows`` gives them.
        about: as ``ablation.Table.about`` gives it.
    """
    # A row of panels for each group.
    found = groups(rows)
    names = [name for name in SHOWN if name in metrics_of(rows)]
    across = len(names) + 1
    figure = Figure(figsize=(3.6 * across, 0.6 + 3.6 * len(found)), dpi=DPI, layout="constrained")
    panels = figure.subplots(len(found), across, squeeze=False)
    for (group, lines), line_of_panels in zip(found.items(), panels, strict=True):
        for axes, name in zip(line_of_panels, names, strict=False):
            _measured(axes, rows, lines, name)
        _published(line_of_panels[-1], lines)
        line_of_panels[0].set_ylabel(f"{TITLES[group]}\nless is better", fontsize=10)

    # The title says what the runs have in common.
    asked = about["asked"]
    if asked["minutes"]:
        effort = f"{asked['minutes']:g} minutes"
    else:
        effort = f"{max(row['kimg'] for row in rows):g} kimg"
    figure.suptitle(
        f"{asked['dataset']}, {asked['preset']}, {effort} each\n"
        "dot: one seed; thin bar: the metric's own error; dash: their mean; broad bar: its standard error",
        fontsize=10,
    )
    return figure


def _measured(axes, rows, lines, name):
    """A panel of one number: the seeds of each line, their mean and its error."""
    means, _ = summarize(rows, lines, name)
    for place, line in enumerate(lines):
        # A line may lack the number: no run of it ended, or it has no mapping network.
        of_line = [row for row in rows if row["variant"] == line.name and name in row]
        if not of_line:
            reason = "no w" if " w" in name else "failed"
            style = dict(ha="center", color="dimgray", fontsize=8)
            axes.text(place, 0.04, reason, transform=axes.get_xaxis_transform(), **style)
            continue

        # The mean and its error, if more than one seed tells it.
        mean = means[line.name]
        if not math.isnan(mean.error):
            axes.errorbar(place, mean.mean, mean.error, color=BLUE, linewidth=9, alpha=0.35)
        axes.plot([place - 0.28, place + 0.28], [mean.mean] * 2, color=BLUE, linewidth=2)

        # The seeds, next to each other.
        shifts = np.linspace(-0.16, 0.16, len(of_line)) if len(of_line) > 1 else np.zeros(1)
        values = [row[name] for row in of_line]
        errors = [row.get(f"{name} error", 0.0) for row in of_line]
        axes.errorbar(place + shifts, values, errors, fmt="o", color=ORANGE, markersize=4, linewidth=1)
    axes.set_title(NAMES.get(name, name), fontsize=11)
    _axis(axes, lines)


def _published(axes, lines):
    """The last panel: the paper's FID of each line that the paper has."""
    values = [PAPER.get(line.name, np.nan) for line in lines]
    bars = axes.bar(range(len(lines)), values, 0.6, color=GREY)
    axes.bar_label(bars, [_label(value) for value in values], fontsize=8)
    axes.set_title("The paper's FID: FFHQ at 1024,\nanother network judges, another scale", fontsize=9)
    _axis(axes, lines)


def _label(value):
    return "" if math.isnan(value) else f"{value:.2f}"


def _axis(axes, lines):
    """Lines along the x axis: "0.5" for mixing=0.5; the y axis begins at 0."""
    names = [line.name.partition("=")[2] or line.name for line in lines]
    axes.set_xticks(range(len(lines)), names)
    axes.set_xlabel(AXES[lines[0].group], fontsize=9)
    axes.set_xlim(-0.6, len(lines) - 0.4)
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)

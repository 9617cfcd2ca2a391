"""The figure of ``stylegan-tf evaluate``: one panel for each group of metrics."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from stylegan_tf.figures.pages import DPI

BLUE = "#3b6ea8"
GREY = "#b8b8b8"
ORANGE = "#d9822b"
GROUPS = [  # names of the numbers, title, what the axis says
    (["FID"], "FID", "distance, less is better"),
    (["KID"], "KID", "distance, less is better"),
    (["precision", "recall", "density", "coverage"], "Quality and variety", "more is better"),
    (["PPL z full", "PPL z end", "PPL w full", "PPL w end"], "Perceptual path length", "less is smoother"),
    (["separability z", "separability w"], "Linear separability", "1 is perfect, less is better"),
    (["redraw, share beyond"], "Redraw score", "share of faces beyond 99 % of the real ones"),
]


def evaluation_figure(result: dict) -> Figure:
    """A bar for each number of ``evaluate``, with its standard error, and the floor where there is one."""
    # A panel for each group that was measured, and one for the attributes.
    rows = {row["metric"]: row for row in result["rows"]}
    groups = [group for group in GROUPS if group[0][0] in rows]
    count = len(groups) + bool(result["attributes"])
    across = min(count, 3)
    down = -(-count // across)  # rounded up
    figure = Figure(figsize=(4.2 * across, 4.0 * down), dpi=DPI, layout="constrained")
    panels = figure.subplots(down, across, squeeze=False).ravel()

    for axes, (names, title, label) in zip(panels, groups, strict=False):
        _bars(axes, [rows[name] for name in names], title, label)
    if result["attributes"]:
        _attributes(panels[len(groups)], result["attributes"])
    for axes in panels[count:]:
        axes.axis("off")
    return figure


def _bars(axes, rows, title, label):
    """One group of numbers: a bar each, whiskers of two standard errors, floors as orange lines."""
    places = np.arange(len(rows))
    notes = [label, f"n = {rows[0]['n']:,}, {rows[0]['network']}"]

    # The bars, and their numbers.
    errors = [row["standard_error"] or 0 for row in rows]
    whiskers = None
    if any(errors):
        whiskers = [2 * error for error in errors]
        notes.append("whiskers: two standard errors")
    values = [row["value"] for row in rows]
    bars = axes.bar(places, values, 0.6, yerr=whiskers, color=BLUE, capsize=4, ecolor="black")
    numbers = [f"{value:.3g}" for value in values]
    axes.bar_label(bars, numbers, label_type="center", color="white", fontsize=10)

    # What halves of the real images give.
    if rows[0]["floor"] is not None:
        for place, row in zip(places, rows, strict=True):
            axes.plot([place - 0.38, place + 0.38], [row["floor"], row["floor"]], color=ORANGE, linewidth=2.5)
        notes.append("orange: halves of the real images")

    # Names. The title says already what they have in common.
    names = [row["metric"].removeprefix("PPL ").removeprefix("separability ") for row in rows]
    axes.set_xticks(places, names, fontsize=9)
    axes.set_title(title, fontsize=11)
    axes.set_xlabel("\n".join(notes), fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.axhline(0, color="black", linewidth=0.8)

    # A bar that is alone is not drawn as wide as the panel.
    margin = 0.7 if len(rows) == 1 else 0
    axes.set_xlim(-0.6 - margin, len(rows) - 0.4 + margin)


def _attributes(axes, attributes):
    """The bits of each attribute that remain unknown in z and in w, one below the other."""
    places = np.arange(len(attributes))[::-1]  # the first at the top
    in_z = [bits[0] for bits in attributes.values()]
    in_w = [bits[1] for bits in attributes.values()]
    axes.barh(places + 0.2, in_z, 0.38, color=GREY, label="in z")
    axes.barh(places - 0.2, in_w, 0.38, color=BLUE, label="in w")
    axes.set_yticks(places, attributes, fontsize=9)
    axes.set_title("What a straight cut leaves unknown", fontsize=11)
    axes.set_xlabel("bits of the attribute, less is better", fontsize=8)
    axes.legend(fontsize=8, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)

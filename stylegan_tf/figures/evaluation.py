"""The figure of ``stylegan-tf evaluate``: one panel for each group of metrics."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from stylegan_tf.figures.pages import DPI

BLUE, GREY, ORANGE = "#3b6ea8", "#b8b8b8", "#d9822b"
GROUPS = [  # names of the numbers, title, what the axis says
    (["FID"], "FID", "distance, less is better"),
    (["KID"], "KID", "distance, less is better"),
    (["precision", "recall", "density", "coverage"], "Quality and variety", "more is better"),
    (["PPL z full", "PPL z end", "PPL w full", "PPL w end"], "Perceptual path length", "less is smoother"),
    (["separability z", "separability w"], "Linear separability", "1 is perfect, less is better"),
]


def evaluation_figure(result: dict) -> Figure:
    """A bar for each number of ``evaluate``, with its standard error, beside the floor where there is one."""
    rows = {row["metric"]: row for row in result["rows"]}
    groups = [group for group in GROUPS if group[0][0] in rows]
    count = len(groups) + bool(result["attributes"])
    across = min(count, 3)
    down = -(-count // across)
    figure = Figure(figsize=(4.2 * across, 4.0 * down), dpi=DPI, layout="constrained")
    panels = figure.subplots(down, across, squeeze=False).ravel()
    for axes, (names, title, label) in zip(panels, groups, strict=False):
        _bars(axes, [rows[name] for name in names], title, label)
    for axes in panels[count:]:
        axes.axis("off")
    if result["attributes"]:
        _attributes(panels[len(groups)], result["attributes"])
    return figure


def _bars(axes, rows, title, label):
    places, floors = np.arange(len(rows)), [row["floor"] for row in rows]
    errors = [row["standard_error"] or 0 for row in rows]
    shown = None if not any(errors) else [2 * error for error in errors]
    bars = axes.bar(
        places, [row["value"] for row in rows], 0.6, yerr=shown, color=BLUE, capsize=4, ecolor="black"
    )
    axes.bar_label(
        bars, [f"{row['value']:.3g}" for row in rows], label_type="center", color="white", fontsize=10
    )
    notes = [label, f"n = {rows[0]['n']:,}, {rows[0]['network']}"]
    notes += ["whiskers: two standard errors"] * bool(shown)
    if floors[0] is not None:
        for place, least in zip(places, floors, strict=True):
            axes.plot([place - 0.38, place + 0.38], [least, least], color=ORANGE, linewidth=2.5)
        notes.append("orange: halves of the real images")
    axes.set_title(title, fontsize=11)
    axes.set_xlabel("\n".join(notes), fontsize=8)
    axes.set_xticks(
        places, [row["metric"].removeprefix("PPL ").removeprefix("separability ") for row in rows], fontsize=9
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xlim(-0.6 - 0.7 * (len(rows) == 1), len(rows) - 0.4 + 0.7 * (len(rows) == 1))


def _attributes(axes, attributes):
    places = np.arange(len(attributes))[::-1]
    for column, (name, color, shift) in enumerate([("in z", GREY, 0.2), ("in w", BLUE, -0.2)]):
        axes.barh(
            places + shift, [bits[column] for bits in attributes.values()], 0.38, color=color, label=name
        )
    axes.set_yticks(places, attributes, fontsize=9)
    axes.set_title("What a straight cut leaves unknown", fontsize=11)
    axes.set_xlabel("bits of the attribute, less is better", fontsize=8)
    axes.legend(fontsize=8, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)

"""Truncation with two meters: what it does to quality and to variety, beside the images."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

from stylegan_tf.figures import BLUE, ORANGE
from stylegan_tf.layout import DPI, grid, images_of
from stylegan_tf.metrics.truncation import Truncated
from stylegan_tf.widgets import Panel


def meters(images, rows: Sequence[Truncated], start: Truncated) -> Figure:
    """A line for each setting: its images at the left, precision and recall as bars at the right.

    Args:
        images: (len(rows), N, r, r, C), in [-1, 1]. rows: what was measured for each. start: without truncation, a black tick.
    """
    figure = Figure(figsize=(9.6, 0.55 + 0.75 * len(rows)), dpi=DPI, layout="constrained")
    panels = figure.subplots(len(rows), 2, squeeze=False, width_ratios=[2.2, 1])
    for (left, right), some, row in zip(panels, images, rows, strict=True):
        left.imshow(grid(some, len(some), scale=2, gap=1), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        left.set(xticks=[], yticks=[])
        left.spines[:].set_visible(False)
        where = "" if row.cutoff is None else f"\ncutoff {row.cutoff}"
        name = f"ψ = {row.psi:g}{where}".replace("-", "\N{MINUS SIGN}")
        left.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
        _bars(right, row, start)
    panels[0, 1].set_title("quality and variety; tick: ψ = 1", fontsize=9)
    return figure


def _bars(axes, row, start):
    values = row.precision, row.recall
    bars = axes.barh([1, 0], values, 0.7, color=[BLUE, ORANGE])
    axes.bar_label(bars, [f"{value:.2f}" for value in values], padding=4, fontsize=8)
    for y, value in zip((1, 0), (start.precision, start.recall), strict=True):
        axes.plot([value, value], [y - 0.45, y + 0.45], color="black", lw=1.5)
    axes.set(xlim=(0, 1.15), ylim=(-0.6, 1.6), xticks=[])
    axes.set_yticks([1, 0], ["precision", "recall"], fontsize=8)
    axes.tick_params(length=0)
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def psi_meters(generator, table: Sequence[Truncated], seeds: Sequence[int] = range(8)) -> Panel:
    """Psi and cutoff over the same seeds, with the meters; the controls hold what ``truncation_table`` has measured.

    Raises:
        ValueError: if the table has no row with psi = 1, or lacks a setting.
    """
    rows = {(row.psi, row.cutoff): row for row in table}
    psis, cutoffs = sorted({psi for psi, _ in rows}), sorted({c for _, c in rows}, key=lambda c: np.inf if c is None else c)
    if 1.0 not in psis or len(rows) != len(psis) * len(cutoffs):
        raise ValueError("the table must hold every psi with every cutoff, and psi = 1; truncation_table makes it so")

    layers = {"all layers" if c is None else f"the first {c} layers": c for c in cutoffs}

    def draw(psi, cutoff):
        images = images_of(generator, seeds, psi=np.float32(psi), cutoff=layers[cutoff])
        return meters(images[None], [rows[psi, layers[cutoff]]], rows[1.0, layers[cutoff]])

    controls = dict(
        psi=ipywidgets.SelectionSlider(options=psis, value=1.0, description="psi", continuous_update=False),
        cutoff=ipywidgets.Dropdown(options=list(layers), value=list(layers)[-1], description="truncate"),
    )
    return Panel(draw, "The same seeds; psi and cutoff, and what was measured there.", **controls)

"""Truncation with two meters: what it does to quality and to variety, beside the images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

from stylegan_tf.figures import BLUE, ORANGE
from stylegan_tf.layout import DPI, grid, images_of
from stylegan_tf.metrics.truncation import Truncated
from stylegan_tf.widgets.panel import Panel


def gauges(images, names: Sequence[str], bars: Sequence[Mapping[str, tuple]], title: str) -> Figure:
    """A line for each setting: its name and images at the left, its numbers as bars at the right.

    Args:
        images: (len(names), N, r, r, C), in [-1, 1]. bars: of each line {what it is: (length, tick, text)}; length and place of
            the black tick are shares of the full bar, the text is the number.
    """
    count = len(bars[0])
    figure = Figure(figsize=(9.6, 0.45 + 0.4 * len(names) * count), dpi=DPI, layout="constrained")
    panels = figure.subplots(len(names), 2, squeeze=False, width_ratios=[2.2, 1])
    for (left, right), some, name, line in zip(panels, images, names, bars, strict=True):
        left.imshow(grid(some, len(some), scale=2, gap=1), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        left.set(xticks=[], yticks=[])
        left.spines[:].set_visible(False)
        left.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
        places = range(count)[::-1]
        right.barh(places, [length for length, _, _ in line.values()], 0.7, color=[BLUE, ORANGE, "0.55"][:count])
        for y, (_, tick, text) in zip(places, line.values(), strict=True):
            right.plot([tick, tick], [y - 0.45, y + 0.45], color="black", lw=1.5)
            right.text(1.04, y, text, va="center", fontsize=8)
        right.set(xlim=(0, 1.25), ylim=(-0.6, count - 0.4), xticks=[])
        right.set_yticks(places, line, fontsize=8)
        right.tick_params(length=0)
        right.spines[["top", "right", "bottom"]].set_visible(False)
    panels[0, 1].set_title(title, fontsize=9)
    return figure


def meters(images, rows: Sequence[Truncated], start: Truncated) -> Figure:
    """Images and their precision and recall, a line for each setting of truncation.

    Args:
        images: (len(rows), N, r, r, C), in [-1, 1]. rows: what was measured for each. start: without truncation, the ticks.
    """
    places = ["" if row.cutoff is None else f"\ncutoff {row.cutoff}" for row in rows]
    names = [f"ψ = {row.psi:g}".replace("-", "\N{MINUS SIGN}") + place for row, place in zip(rows, places, strict=True)]
    bars = [
        {name: (getattr(row, name), getattr(start, name), f"{getattr(row, name):.2f}") for name in ("precision", "recall")}
        for row in rows
    ]
    return gauges(images, names, bars, "quality and variety; tick: ψ = 1")


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

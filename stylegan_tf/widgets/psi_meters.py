"""Truncation with two meters: what it does to quality and to variety, beside the images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from stylegan_tf import latents
from stylegan_tf.figures.layout import labelled
from stylegan_tf.figures.pages import BLUE, ORANGE
from stylegan_tf.metrics.truncation import Truncated
from stylegan_tf.widgets.parts.canvas import FRAME
from stylegan_tf.widgets.parts.compiled import styles, synthesis
from stylegan_tf.widgets.parts.panel import Panel

LABEL, BAR, GREY = 90, 200, "#8C8C8C"  # dots of the names at the bars and of a full bar; the third colour


def gauges(images, names: Sequence[str], bars: Sequence[Mapping[str, tuple]], title: str) -> Image.Image:
    """A line for each setting: its name and images at the left, its numbers as bars at the right.

    Args:
        images: (len(names), N, r, r, C), in [-1, 1]. bars: of each line {what it is: (length, tick, text)};
            length and place of the black tick are shares of the full bar, the text is the number.
    """
    images, count = np.asarray(images), len(bars[0])
    left = labelled([list(some) for some in images], names, [""] * images.shape[1], size=64)
    pitch = (left.height + 4) // len(names)  # of the rows of images, with the gap below
    page = Image.new("RGB", (left.width + LABEL + BAR + 100, left.height + 22), "white")
    page.paste(left, (0, 22))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(13)
    start = left.width + LABEL
    pen.text((start, 2), title, "black", font)
    for line, place in zip(bars, range(22, page.height, pitch), strict=True):
        for k, (name, (length, tick, text)) in enumerate(line.items()):
            step = (pitch - 4) // count
            y = place + k * step
            colour, middle = (BLUE, ORANGE, GREY)[k % 3], y + step // 2
            pen.text((start - 6, middle), name, "black", font, anchor="rm")
            pen.rectangle((start, y + 2, start + BAR, y + step - 3), outline=FRAME)
            if length > 0:
                pen.rectangle((start, y + 2, start + round(BAR * length), y + step - 3), colour)
            pen.line((start + round(BAR * tick), y - 1, start + round(BAR * tick), y + step), "black", 2)
            pen.text((start + BAR + 8, middle), text, "black", font, anchor="lm")
    return page


def meters(images, rows: Sequence[Truncated], start: Truncated) -> Image.Image:
    """Images and their precision and recall, a line for each setting of truncation.

    Args:
        images: (len(rows), N, r, r, C), in [-1, 1]. rows: what was measured for each. start: without
            truncation, the ticks.
    """
    places = ["" if row.cutoff is None else f"\ncutoff {row.cutoff}" for row in rows]
    names = [f"psi = {row.psi:g}" + place for row, place in zip(rows, places, strict=True)]
    bars = [
        {
            name: (getattr(row, name), getattr(start, name), f"{getattr(row, name):.2f}")
            for name in ("precision", "recall")
        }
        for row in rows
    ]
    return gauges(images, names, bars, "quality and variety; tick: psi = 1")


def psi_meters(generator, table: Sequence[Truncated], seeds: Sequence[int] = range(8)) -> Panel:
    """Psi and cutoff over the same seeds, with the meters; the controls hold what ``truncation_table`` has
    measured.

    Raises:
        ValueError: if the table has no row with psi = 1, or lacks a setting.
    """
    rows = {(row.psi, row.cutoff): row for row in table}
    psis, cutoffs = (
        sorted({psi for psi, _ in rows}),
        sorted({c for _, c in rows}, key=lambda c: np.inf if c is None else c),
    )
    if 1.0 not in psis or len(rows) != len(psis) * len(cutoffs):
        raise ValueError(
            "the table must hold every psi with every cutoff, and psi = 1; truncation_table makes it so"
        )
    layers = {"all layers" if c is None else f"the first {c} layers": c for c in cutoffs}

    def draw(psi, cutoff):
        ws = latents.truncate(styles(generator, seeds), generator.w_avg, np.float32(psi), layers[cutoff])
        return meters(synthesis(generator, ws)[None], [rows[psi, layers[cutoff]]], rows[1.0, layers[cutoff]])

    controls = dict(
        psi=ipywidgets.SelectionSlider(options=psis, value=1.0, description="psi", continuous_update=False),
        cutoff=ipywidgets.Dropdown(options=list(layers), value=list(layers)[-1], description="truncate"),
    )
    return Panel(draw, "The same seeds; psi and cutoff, and what was measured there.", **controls)

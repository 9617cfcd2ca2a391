"""Truncation with two meters: the images, and what psi does to their quality and their variety."""

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

LABEL = 90  # dots of the names at the bars
BAR = 200  # dots of a full bar
GREY = "#8C8C8C"  # the third colour


def gauges(images, names: Sequence[str], bars: Sequence[Mapping[str, tuple]], title: str) -> Image.Image:
    """A line for each setting: its name and images on the left, its numbers as bars on the right.

    Args:
        images: (len(names), N, r, r, C), in [-1, 1].
        names: of the lines.
        bars: of each line {what it is: (length, tick, text)}. Length and place of the black tick are shares
            of the full bar; the text is the number.
        title: above the bars.
    """
    # The images, and the page that also has room for the bars.
    images = np.asarray(images)
    left = labelled([list(some) for some in images], names, [""] * images.shape[1], size=64)
    pitch = (left.height + 4) // len(names)  # of the rows of images, with the gap below
    page = Image.new("RGB", (left.width + LABEL + BAR + 100, left.height + 22), "white")
    page.paste(left, (0, 22))
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(13)
    start = left.width + LABEL
    pen.text((start, 2), title, "black", font)

    # The bars: name, frame, bar, tick, number.
    step = (pitch - 4) // len(bars[0])
    for line, place in zip(bars, range(22, page.height, pitch), strict=True):
        for k, (name, (length, tick, text)) in enumerate(line.items()):
            y = place + k * step
            middle = y + step // 2
            colour = (BLUE, ORANGE, GREY)[k % 3]
            pen.text((start - 6, middle), name, "black", font, anchor="rm")
            pen.rectangle((start, y + 2, start + BAR, y + step - 3), outline=FRAME)
            if length > 0:
                pen.rectangle((start, y + 2, start + round(BAR * length), y + step - 3), colour)
            x = start + round(BAR * tick)
            pen.line((x, y - 1, x, y + step), "black", 2)
            pen.text((start + BAR + 8, middle), text, "black", font, anchor="lm")
    return page


def meters(images, rows: Sequence[Truncated], start: Truncated) -> Image.Image:
    """Images and their precision and recall, a line for each setting of truncation.

    Args:
        images: (len(rows), N, r, r, C), in [-1, 1].
        rows: what was measured for each setting.
        start: what was measured without truncation, for the ticks.
    """
    names = []
    bars = []
    for row in rows:
        cutoff = "" if row.cutoff is None else f"\ncutoff {row.cutoff}"
        names.append(f"psi = {row.psi:g}{cutoff}")
        bars.append(
            {
                "precision": (row.precision, start.precision, f"{row.precision:.2f}"),
                "recall": (row.recall, start.recall, f"{row.recall:.2f}"),
            }
        )
    return gauges(images, names, bars, "quality and variety; tick: psi = 1")


def psi_meters(generator, table: Sequence[Truncated], seeds: Sequence[int] = range(8)) -> Panel:
    """Psi and cutoff over the same seeds, with the meters.

    Args:
        table: what ``truncation_table`` has measured; its settings are those of the controls.
        seeds: of the images.

    Raises:
        ValueError: if the table has no row with psi = 1, or lacks a setting.
    """
    # Every psi with every cutoff?
    rows = {(row.psi, row.cutoff): row for row in table}
    psis = sorted({psi for psi, _ in rows})
    cutoffs = sorted({cutoff for _, cutoff in rows}, key=_number_of_layers)
    if 1.0 not in psis or len(rows) != len(psis) * len(cutoffs):
        raise ValueError(
            "the table must hold every psi with every cutoff, and psi = 1; truncation_table makes it so"
        )
    cutoff_of = {"all layers" if c is None else f"the first {c} layers": c for c in cutoffs}

    def draw(psi, cutoff):
        cutoff = cutoff_of[cutoff]
        ws = latents.truncate(styles(generator, seeds), generator.w_avg, np.float32(psi), cutoff)
        return meters(synthesis(generator, ws)[None], [rows[psi, cutoff]], rows[1.0, cutoff])

    # The controls, and the panel.
    controls = dict(
        psi=ipywidgets.SelectionSlider(options=psis, value=1.0, description="psi", continuous_update=False),
        cutoff=ipywidgets.Dropdown(
            options=list(cutoff_of), value=list(cutoff_of)[-1], description="truncate"
        ),
    )
    return Panel(draw, "The same seeds; psi and cutoff, and what was measured there.", **controls)


def _number_of_layers(cutoff: int | None) -> float:
    return np.inf if cutoff is None else cutoff

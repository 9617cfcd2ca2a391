"""Sliders for attributes, and bars for what else they change (paper section 4.2; lesson 14)."""

from __future__ import annotations

import functools
import html
from collections.abc import Mapping, Sequence

import ipywidgets
import numpy as np

from stylegan_tf import latents
from stylegan_tf.editing.attributes import Attributes
from stylegan_tf.figures.layout import labelled
from stylegan_tf.metrics.entanglement import Reader, columns
from stylegan_tf.widgets.parts.compiled import styles, synthesis
from stylegan_tf.widgets.parts.controls import Seed
from stylegan_tf.widgets.parts.panel import Panel

LONGEST = 4.0  # deviations that a bar can show


def edited(ws, directions: Mapping[str, latents.Direction], strengths: Mapping[str, float]) -> np.ndarray:
    """Styles (B, L, w_dim) moved along several directions, one after the other; strengths in deviations."""
    for name, strength in strengths.items():
        ws = latents.move(ws, directions[name], strength)
    return np.asarray(ws)


def leaks(
    before: Mapping[str, float], after: Mapping[str, float], spread: Mapping[str, float]
) -> dict[str, float]:
    """How far each factor has moved, in its deviations over random images; NaN where it cannot be read."""
    return {name: (after[name] - before[name]) / max(spread[name], 1e-12) for name in before}


def leak_bars(before, after, changes: Mapping[str, float], asked: Sequence[str]) -> str:
    """HTML: a row per factor, with its bar from the middle to the left (less) or the right (more)."""
    rows = []
    for name, change in changes.items():
        # Was it asked for?
        is_asked = name in asked
        what = ""
        if is_asked:
            what = "asked"
        elif abs(change) >= 0.005:
            what = "leak"

        # The bar and the numbers.
        if np.isfinite(change):
            bar = _bar(change, "#0072B2" if is_asked else "#B34700")
            reading = f"{_number(before[name])} to {_number(after[name])}"
            amount = f"{change:+.2f}"
        else:
            bar = ""
            reading = "cannot be read"
            amount = ""
        middle = '<div style="position:absolute;left:50%;height:1.4em;border-left:1px solid #767676"></div>'
        field = f'<div style="position:relative;width:180px;height:1.4em">{middle}{bar}</div>'
        cells = (html.escape(name), what, reading, field, amount)
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    heads = ("factor", "", "as read", f"change, up to {LONGEST:g} deviations", "")
    return f"<table><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>{''.join(rows)}</table>"


def _bar(change, colour):
    """HTML: a bar from the middle of its field to the right, or to the left for a change below 0."""
    length = 50 * min(abs(change), LONGEST) / LONGEST  # per cent of the field
    start = 50 if change > 0 else 50 - length
    place = f"left:{start:.1f}%;width:{length:.1f}%"
    return f'<div style="position:absolute;top:.2em;height:1em;{place};background:{colour}"></div>'


def _number(value):
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def editing(
    generator,
    attributes: Attributes,
    read: Reader,
    names: Sequence[str] | None = None,
    seed: int = 0,
    method="regression",
) -> Panel:
    """A slider per attribute; the bars say what was asked for, and what leaks into the other factors.

    Args:
        generator: draws the images.
        attributes: latents and what is read in their images; its directions are used.
        read: the attribute classifier that has read them.
        names: the attributes that get a slider, by default all.
        seed: of the image to begin with.
        method: as in ``latents.direction``.

    With "hold the others" each direction is found with the other sliders' attributes held still, which the
    methods ``regression`` and ``balanced`` can do.

    Raises:
        ValueError: for a name that was not read.
    """
    names = list(names or attributes.values)
    spread = {name: float(np.std(values)) for name, values in attributes.values.items()}

    @functools.lru_cache(maxsize=2)
    def directions(hold):
        found = {}
        for name in names:
            held = [other for other in names if other != name] if hold else ()
            found[name] = attributes.direction(name, method, held)
        return found

    def draw(seed, hold, **strengths):
        # The image and the edited one.
        ws = styles(generator, [seed])
        images = synthesis(generator, np.concatenate([ws, edited(ws, directions(hold), strengths)]))

        # What is read in both.
        readings = columns([read(images)])
        before = {name: float(values[0]) for name, values in readings.items()}
        after = {name: float(values[1]) for name, values in readings.items()}
        asked = [name for name, strength in strengths.items() if strength]
        row = labelled([list(images)], [""], [f"seed {seed}", "edited"], size=192)
        return row, leak_bars(before, after, leaks(before, after, spread), asked)

    sliders = {
        name: ipywidgets.FloatSlider(value=0.0, min=-4.0, max=4.0, step=0.25, description=name)
        for name in names
    }
    hold = ipywidgets.Checkbox(value=False, description="hold the others still", indent=True)
    alt = (
        "Left the image, right the edited one. "
        "A slider counts in deviations of w along the attribute's direction."
    )
    return Panel(draw, alt, seed=Seed(seed, "seed"), hold=hold, **sliders)

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
        what = "asked" if name in asked else "leak" if abs(change) >= 0.005 else ""
        if np.isfinite(change):
            length = 50 * min(abs(change), LONGEST) / LONGEST
            colour = "#0072B2" if name in asked else "#B34700"
            place = f"left:{50 if change > 0 else 50 - length:.1f}%;width:{length:.1f}%"
            bar = f'<div style="position:absolute;top:.2em;height:1em;{place};background:{colour}"></div>'
            numbers = f"{_number(before[name])} to {_number(after[name])}", f"{change:+.2f}"
        else:
            bar, numbers = "", ("cannot be read", "")
        middle = '<div style="position:absolute;left:50%;height:1.4em;border-left:1px solid #767676"></div>'
        field = f'<div style="position:relative;width:180px;height:1.4em">{middle}{bar}</div>'
        cells = (html.escape(name), what, numbers[0], field, numbers[1])
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    heads = ("factor", "", "as read", f"change, up to {LONGEST:g} deviations", "")
    return f"<table><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>{''.join(rows)}</table>"


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
        attributes: latents and what is read in their images; its directions are used. read: the reader that
            read them.
        names: the attributes that get a slider, by default all. method: as in ``latents.direction``.

    With "hold the others" each direction is found with the other sliders' attributes held still:
    ``regression``, ``balanced``.

    Raises:
        ValueError: for a name that was not read.
    """
    names = list(names or attributes.values)
    spread = {name: float(np.std(values)) for name, values in attributes.values.items()}

    @functools.lru_cache(maxsize=2)
    def directions(hold):
        return {
            n: attributes.direction(n, method, [other for other in names if other != n] if hold else ())
            for n in names
        }

    def draw(seed, hold, **strengths):
        ws = styles(generator, [seed])
        images = synthesis(generator, np.concatenate([ws, edited(ws, directions(hold), strengths)]))
        readings = columns([read(images)])
        before, after = ({name: float(values[i]) for name, values in readings.items()} for i in (0, 1))
        asked = [name for name, strength in strengths.items() if strength]
        row = labelled([list(images)], [""], [f"seed {seed}", "edited"], size=192)
        return row, leak_bars(before, after, leaks(before, after, spread), asked)

    sliders = {
        n: ipywidgets.FloatSlider(value=0.0, min=-4.0, max=4.0, step=0.25, description=n) for n in names
    }
    hold = ipywidgets.Checkbox(value=False, description="hold the others still", indent=True)
    alt = "Left the image, right the edited one. A slider counts in deviations of w along the attribute's direction."
    return Panel(draw, alt, seed=Seed(seed, "seed"), hold=hold, **sliders)

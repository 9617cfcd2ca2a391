"""A pad: two sliders moved at once by a point on a square, with the mouse, a finger or the arrow keys.

It needs anywidget.
"""

from __future__ import annotations

import functools
import threading
from pathlib import Path

import ipywidgets
import traitlets


@functools.cache
def _pad_class():
    """The widget's class, which exists only where anywidget is installed."""
    import anywidget

    class Pad(anywidget.AnyWidget):
        _esm = Path(__file__).with_name("pad.js").read_text("utf-8")
        value = traitlets.Tuple(traitlets.Float(), traitlets.Float(), default_value=(0.0, 0.0)).tag(sync=True)
        reach = traitlets.Float(1.0).tag(sync=True)
        step = traitlets.Float(0.1).tag(sync=True)
        label = traitlets.Unicode("").tag(sync=True)

    return Pad


def pad_of(
    across: ipywidgets.FloatSlider, up: ipywidgets.FloatSlider, label: str = "a point"
) -> ipywidgets.DOMWidget:
    """A pad that moves two sliders and is moved by them.

    Where anywidget is missing or fails, a sentence takes the place of the pad.

    Args:
        across, up: with the same range, from -reach to reach, and the same step.
        label: what is moved, for screen readers.
    """
    try:
        pad = _pad_class()(value=(across.value, up.value), reach=across.max, step=across.step, label=label)
    except Exception as error:  # whatever it is, the sliders still work
        return ipywidgets.HTML(
            f"<small>No pad to drag here, use the sliders: {type(error).__name__}: {error}</small>"
        )

    # Each moves the other.
    moved = threading.Lock()  # held while the pad moves the sliders, which must not move it back halfway

    def from_pad(change):
        with moved:
            across.value, up.value = change["new"]

    def from_sliders(change):
        if not moved.locked():
            pad.value = (across.value, up.value)

    pad.observe(from_pad, "value")
    for slider in (across, up):
        slider.observe(from_sliders, "value")
    return pad

"""Panel: controls over one picture.

It redraws in place, never lags behind, says what went wrong, and saves.
"""

from __future__ import annotations

import asyncio
import base64
import html
import re
import threading
from collections.abc import Callable

import ipywidgets

from stylegan_tf.course.notebook import png

WAIT = 0.005  # seconds; what a front end sends in that time is drawn as one picture
NAME = 100  # characters of a file's name
LOOK = """<style>
.stylegan-panel :focus-visible, .stylegan-panel .noUi-handle:focus {
  outline: 3px solid #0072B2 !important; outline-offset: 2px }
.stylegan-panel .stylegan-error { color: var(--jp-error-color1, #A00000); font-weight: bold }
.stylegan-panel a { color: var(--jp-content-link-color, #0063B1); text-decoration: underline }
.stylegan-panel table { border-collapse: collapse; font-variant-numeric: tabular-nums }
.stylegan-panel td, .stylegan-panel th { padding: 0 .6em; text-align: left; line-height: 1.5 }
</style>"""


class Panel(ipywidgets.VBox):
    """Controls over one picture, which is drawn again whenever a control moves.

    In a running event loop (a notebook, voila) a change is drawn a few milliseconds later, together with all
    that arrived until then: after a burst the last values are shown, and few of those between. Without a loop
    it is drawn at once. A value that cannot be drawn leaves the picture as it is; the reason is shown below
    the controls until the next drawing.

    Args:
        draw: takes the values of the controls by name. It returns what ``course.png`` takes, or a pair of
            that and a text in HTML to show next to the picture: numbers, tables, bars.
        alt: what is to be seen, for readers who do not see it.
        controls: name -> ipywidget with a ``value``.

    Raises:
        whatever ``draw`` raises for the first values.
    """

    def __init__(self, draw: Callable, alt: str, **controls):
        self.draw = draw
        self.controls = controls
        self.drawn = 0  # how many pictures there have been
        self._start = {name: control.value for name, control in controls.items()}
        self._lock = threading.Lock()  # held while a picture is drawn
        self._waiting = None  # the event loop in which a drawing is due
        self._held = False  # while several controls are set at once

        # What is shown: the picture, the text next to it, what went wrong, a link that saves.
        self.picture = ipywidgets.Image(format="png", layout=dict(align_self="flex-start", max_width="100%"))
        self.reading = ipywidgets.HTML()
        self.problem = ipywidgets.HTML()
        self.saving = ipywidgets.HTML()
        self.reading.layout.margin = "0 0 0 1em"
        self.reading.add_class("stylegan-reading")

        # The controls.
        reset = ipywidgets.Button(description="reset controls", layout=dict(width="9em"))
        reset.on_click(self.reset)
        for control in controls.values():
            if hasattr(control, "style"):
                control.style.description_width = "9em"
                control.layout.width = "34em"
            control.observe(self.request, "value")

        # The layout.
        shown = ipywidgets.HBox([self.picture, self.reading], layout=dict(flex_flow="row wrap"))
        below = ipywidgets.HTML(f"{LOOK}<small>{alt}</small>")
        buttons = ipywidgets.HBox([reset, self.saving])
        super().__init__([*controls.values(), buttons, self.problem, shown, below])
        self.add_class("stylegan-panel")
        self._show()

    def __repr__(self):  # what a page shows that has no kernel
        return f"(a widget with the controls {', '.join(self.controls)}: run the notebook to move them)"

    @property
    def values(self) -> dict:
        """The values that the controls have now, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def request(self, change=None) -> None:
        """Draw soon, once for all requests until then; at once where no event loop runs."""
        if self._held:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return self.update()
        if self._waiting is not loop:  # a front end that comes back may bring another loop
            self._waiting = loop
            loop.call_later(WAIT, self.update)

    def update(self, change=None) -> None:
        """Draw the picture for the values that the controls have now."""
        self._waiting = None
        try:
            self._show()
        except Exception as error:  # in an event loop nobody would see it
            self.problem.value = error_text(error)

    def reset(self, button=None) -> None:
        """Put every control back to its first value."""
        self._held = True
        try:
            for name, value in self._start.items():
                self.controls[name].value = value
        finally:
            self._held = False
        self.request()

    def _show(self):
        with self._lock:  # a front end may be served by another thread than the cells
            picture = self.draw(**self.values)
            text = ""
            if isinstance(picture, tuple):
                picture, text = picture
            content = png(picture, small=False)

            self.picture.value = content
            self.reading.value = text
            self.problem.value = ""
            address = f"data:image/png;base64,{base64.b64encode(content).decode()}"
            self.saving.value = f'<a download="{self.file_name}" href="{address}">save picture</a>'
            self.drawn += 1

    @property
    def file_name(self) -> str:
        """Name of the picture's file when it is saved: the controls' values, as in ``seed_3-psi_0.7.png``."""
        settings = "-".join(f"{name}_{_short(value)}" for name, value in self.values.items())
        return f"{re.sub(r'[^A-Za-z0-9_.+-]+', '_', settings)[:NAME]}.png"


def error_text(error: Exception) -> str:
    """HTML: what went wrong, which a screen reader says at once."""
    return f'<span class="stylegan-error" role="alert">{html.escape(f"{error}")}</span>'


def _short(value) -> str:
    """A value in the name of a file."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (tuple, list)):
        return "".join(map(str, value))
    return str(value)

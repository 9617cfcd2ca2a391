"""What the notebooks share: the profile, the line of versions, tables, and pictures with a description."""

from __future__ import annotations

import base64
import html
import io
import os
import platform
from numbers import Integral, Real

import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from PIL import Image

from stylegan_tf.figures.layout import grid

PROFILES = ("test", "cpu", "gpu")
VARIABLE = "STYLEGAN_TF_PROFILE"


def profile() -> str:
    """How much work the cells do: "test" (seconds), "cpu" (minutes on two cores) or "gpu" (the real thing).

    The environment variable STYLEGAN_TF_PROFILE decides; without it, "gpu" where TensorFlow sees one, else
    "cpu".

    Raises:
        ValueError: if the variable holds another word.
    """
    name = os.environ.get(VARIABLE)
    if not name:
        has_gpu = bool(tf.config.list_physical_devices("GPU"))
        name = "gpu" if has_gpu else "cpu"
    if name not in PROFILES:
        raise ValueError(f"{VARIABLE} is '{name}'; choose {', '.join(PROFILES)}")
    return name


def pick(*, test, cpu, gpu=None):
    """The value of this profile: ``steps = course.pick(test=200, cpu=2000, gpu=20000)``.

    Without a value for gpu, the one for cpu.
    """
    if gpu is None:
        gpu = cpu
    return {"test": test, "cpu": cpu, "gpu": gpu}[profile()]


def versions() -> str:
    """One line: the profile and the versions that made the outputs below it."""
    import stylegan_tf

    parts = {
        "stylegan_tf": stylegan_tf.__version__,
        "TensorFlow": tf.__version__,
        "Keras": keras.__version__,
        "NumPy": np.__version__,
        "Python": platform.python_version(),
    }
    return f"profile {profile()} · " + " · ".join(f"{name} {version}" for name, version in parts.items())


def png(picture, small: bool = True) -> bytes:
    """A picture as the bytes of a PNG file.

    Args:
        picture: a matplotlib Figure, a PIL image, or an array as ``layout.grid`` takes it.
        small: pack it tightly; if not, quickly, for a picture that is soon replaced.
    """
    content = io.BytesIO()
    if isinstance(picture, Figure):
        picture.savefig(content, format="png", bbox_inches="tight", metadata={"Software": None})
        return content.getvalue()
    if not isinstance(picture, Image.Image):
        picture = grid(picture)
    packing = dict(optimize=True) if small else dict(compress_level=1)
    picture.save(content, "PNG", **packing)
    return content.getvalue()


class Picture:
    """A picture for a notebook, with a text for readers who do not see it: ``display(course.Picture(...))``.

    ``IPython.display.Image`` does the same from IPython 8 on. Colab has IPython 7, where it takes no text.

    Args:
        picture: a Figure, a PIL image, or images (N, r, r, C).
        alt: one sentence that says what is to be seen. It must not be empty.

    Raises:
        ValueError: without a text.
    """

    def __init__(self, picture, alt: str):
        if not alt.strip():
            raise ValueError("alt is empty; say in a sentence what is to be seen")
        self.content = png(picture)
        self.alt = alt

    def __repr__(self):  # what a terminal shows
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        encoded = base64.b64encode(self.content).decode("ascii")
        return {"image/png": encoded}, {"image/png": {"alt": self.alt}}


def show(picture, alt: str) -> None:
    """Display a picture in a notebook, with a text that says what is to be seen in it.

    Args:
        picture: as ``Picture`` takes it. A Figure is closed afterwards, so that it does not appear twice.
        alt: one sentence for readers who do not see the picture. It must not be empty.

    Raises:
        ValueError: without a text.
    """
    from IPython.display import display

    display(Picture(picture, alt))
    if isinstance(picture, Figure):
        from matplotlib import pyplot

        pyplot.close(picture)


class Table:
    """Rows with heads: a table in a web page, aligned text in a terminal.

    Args:
        heads: one text for each column.
        rows: each with as many cells as there are heads. A cell is a text, or a number.
        digits: decimals of numbers that are not whole: one for all columns, or one for each.

    Raises:
        ValueError: if a row, or ``digits``, has another number of cells than there are heads; for a cell that
            is neither a text nor a number.
    """

    def __init__(self, heads, rows, digits=2):
        self.heads = [str(head) for head in heads]
        digits = [digits] * len(self.heads) if isinstance(digits, int) else list(digits)
        if len(digits) != len(self.heads):
            raise ValueError(f"digits has {len(digits)} numbers for {len(self.heads)} columns")
        rows = [list(row) for row in rows]
        for number, row in enumerate(rows):
            if len(row) != len(self.heads):
                raise ValueError(f"row {number} has {len(row)} cells; there are {len(self.heads)} heads")
        self.rows = [[_cell(value, d) for value, d in zip(row, digits, strict=True)] for row in rows]
        # Columns of numbers are aligned to the right, so that their last digits line up.
        self.is_number = [
            all(not isinstance(row[column], str) for row in rows) for column in range(len(self.heads))
        ]

    def __repr__(self):  # what a terminal shows
        lines = [self.heads, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.heads))]
        return "\n".join(
            "  ".join(
                text.rjust(width) if number else text.ljust(width)
                for text, width, number in zip(line, widths, self.is_number, strict=True)
            ).rstrip()
            for line in lines
        )

    def _repr_html_(self):
        sides = ["right" if number else "left" for number in self.is_number]
        lines = [_html_row("th", self.heads, sides)]
        lines += [_html_row("td", row, sides) for row in self.rows]
        head, *body = lines
        return f"<table><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"


def _cell(value, digits: int) -> str:
    """A text as it is, a whole number with its thousands set apart, any other number with its decimals."""
    if isinstance(value, str):
        return value
    if isinstance(value, Integral):
        return f"{value:,}"
    if isinstance(value, Real):
        return f"{value:,.{digits}f}"
    raise ValueError(f"a cell is of type {type(value).__name__}; give a text or a number")


def _html_row(tag: str, texts, sides) -> str:
    cells = "".join(
        f'<{tag} style="text-align:{side}">{html.escape(text)}</{tag}>'
        for text, side in zip(texts, sides, strict=True)
    )
    return f"<tr>{cells}</tr>"


def table(heads, rows, digits=2) -> None:
    """Display a table in a notebook: ``course.table(["layer", "FID"], [["coarse", 3.2], ["fine", 7.9]])``.

    Its arguments and errors are those of ``Table``.
    """
    from IPython.display import display

    display(Table(heads, rows, digits))

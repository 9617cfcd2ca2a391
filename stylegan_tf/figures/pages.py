"""Pages of pictures by matplotlib, on which every pixel is crisp: tables with names, pictures dot by dot."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from stylegan_tf.files import write_atomically

BLUE, ORANGE = "#0072B2", "#D55E00"  # of Okabe and Ito's colours, which colour-blind people can tell apart


DPI = 100


def table(cells, row_names, column_names, title, groups=None) -> Figure:
    """Images in rows and columns with their names; ``groups``: first row -> text at its right, set apart by a
    gap.
    """
    side, _, channels = cells[-1][-1].shape
    ys = [i * (side + 2) + 14 * sum(start <= i for start in groups or ()) for i in range(len(cells))]
    xs = [j * (side + 2) + (14 if groups and j else 0) for j in range(len(cells[0]))]
    canvas = np.full((ys[-1] + side, xs[-1] + side, channels), 255, "uint8")
    for y, row in zip(ys, cells, strict=True):
        for x, cell in zip(xs, row, strict=True):
            if cell is not None:
                canvas[y : y + side, x : x + side] = cell
    figure = Figure(dpi=DPI)
    axes = place(figure, canvas, 0, 0, title)
    axes.set_xticks(np.add(xs, side / 2 - 0.5), column_names)
    axes.set_yticks(np.add(ys, side / 2 - 0.5), row_names)
    for start, text in (groups or {}).items():
        axes.text(canvas.shape[1] + 8, ys[start], text, va="top")
    return wrap(figure)


def place(figure, picture, x, y, title):
    """Show a picture (h, w, C) dot by dot, its lower left corner at dot (x, y); floats get a scale of
    colours.
    """
    (width, height), (h, w) = figure.get_size_inches() * DPI, picture.shape[:2]
    axes = figure.add_axes([x / width, y / height, w / width, h / height])
    grey = picture[..., 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture
    cmap, top = ("gray", 255) if picture.dtype == np.uint8 else ("magma", max(1, grey.max()))
    axes.imshow(grey, interpolation="nearest", cmap=cmap, vmin=0, vmax=top)
    axes.set_title(title, fontsize=11)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    return axes


def wrap(figure) -> Figure:
    """Fit the figure to its content.

    Axes move by whole dots, so that each pixel of a picture stays a whole dot.
    """
    box = figure.get_tightbbox()
    left, bottom = np.floor(np.array([box.x0, box.y0]) * DPI) - 8
    size = np.ceil(np.array([box.x1, box.y1]) * DPI) + 8 - (left, bottom)
    places = [axes.get_window_extent().bounds for axes in figure.axes]
    figure.set_size_inches(size / DPI)
    for axes, (x, y, w, h) in zip(figure.axes, places, strict=True):
        axes.set_position(np.array([x - left, y - bottom, w, h]) / np.tile(size, 2))
    return figure


def save(picture: Image.Image | Figure, path: Path) -> Path:
    """Write a picture or a figure as PNG, all or nothing; returns the path."""
    content = io.BytesIO()
    if isinstance(picture, Image.Image):
        picture.save(content, "PNG", optimize=True)
    else:
        picture.savefig(content, format="png", dpi=2 * DPI)  # whole dots, and sharp text
    write_atomically(path, content.getvalue())
    return path

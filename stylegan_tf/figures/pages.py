"""Pages of pictures by matplotlib, on which every pixel is crisp: tables with names, pictures dot by dot."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from stylegan_tf.files import write_atomically

# Of Okabe and Ito's colours, which colour-blind people can tell apart
BLUE = "#0072B2"
ORANGE = "#D55E00"

DPI = 100
GAP = 2  # dots between the images of a table
WIDE_GAP = 14  # dots more, where a group begins


def table(cells, row_names, column_names, title, groups=None) -> Figure:
    """Images in rows and columns with their names.

    Args:
        cells: rows of images uint8 (side, side, C), all of one shape, or None.
        row_names, column_names: one each.
        title: of the whole.
        groups: first row -> text at its right. A gap sets the group apart from the rows above.
    """
    groups = groups or {}
    side, _, channels = cells[-1][-1].shape

    # Where rows and columns begin. With groups the first column is set apart too: it is what they start from.
    ys = [i * (side + GAP) + WIDE_GAP * _groups_begun(groups, i) for i in range(len(cells))]
    xs = [j * (side + GAP) + (WIDE_GAP if groups and j else 0) for j in range(len(cells[0]))]

    # One picture with all images in it.
    canvas = np.full((ys[-1] + side, xs[-1] + side, channels), 255, "uint8")
    for y, row in zip(ys, cells, strict=True):
        for x, cell in zip(xs, row, strict=True):
            if cell is not None:
                canvas[y : y + side, x : x + side] = cell

    # Names in the middle of rows and columns.
    figure = Figure(dpi=DPI)
    axes = place(figure, canvas, 0, 0, title)
    axes.set_xticks(np.add(xs, side / 2 - 0.5), column_names)
    axes.set_yticks(np.add(ys, side / 2 - 0.5), row_names)
    for start, text in groups.items():
        axes.text(canvas.shape[1] + 8, ys[start], text, va="top")
    return wrap(figure)


def _groups_begun(groups, row):
    """How many groups begin at this row or above it."""
    return sum(start <= row for start in groups)


def place(figure, picture, x, y, title):
    """Show a picture dot by dot, its lower left corner at dot (x, y) of the figure; returns its axes.

    picture: (h, w, C) or (h, w); uint8 is shown as it is, floats in colours from 0 to their largest.
    """
    # Axes are placed in shares of the figure, whatever its size is now; ``wrap`` fits it to its content.
    width, height = figure.get_size_inches() * DPI
    h, w = picture.shape[:2]
    axes = figure.add_axes([x / width, y / height, w / width, h / height])

    # The picture.
    is_grey = picture.ndim == 3 and picture.shape[2] == 1
    shown = picture[..., 0] if is_grey else picture
    if picture.dtype == np.uint8:
        axes.imshow(shown, interpolation="nearest", cmap="gray", vmin=0, vmax=255)
    else:
        axes.imshow(shown, interpolation="nearest", cmap="magma", vmin=0, vmax=max(1, shown.max()))

    # A title, and room for names at the top, but no lines.
    axes.set_title(title, fontsize=11)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    return axes


def wrap(figure) -> Figure:
    """Fit the figure to its content.

    Axes move by whole dots, so that each pixel of a picture stays a whole dot.
    """
    # The content's box in dots, with a margin of 8.
    box = figure.get_tightbbox()
    left, bottom = np.floor(np.array([box.x0, box.y0]) * DPI) - 8
    size = np.ceil(np.array([box.x1, box.y1]) * DPI) + 8 - (left, bottom)

    # Where the axes are in dots, before the figure changes its size; and there again.
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

"""How generated images are laid out on a page: from latents to cells, from cells to a figure whose pixels are crisp."""

from __future__ import annotations

import functools
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont

from stylegan_tf import latents
from stylegan_tf.data.pipeline import to_uint8
from stylegan_tf.latents import labels_of

DPI = 100
CELL = 96  # dots that the side of an image takes, about; whole dots per pixel keep small images crisp


def styles_of(generator, seeds, draw=latents.from_seeds) -> np.ndarray:
    """The ws (B, L, w_dim) of some seeds; ``draw``: (seeds, z_dim) -> z."""
    z, labels = draw(seeds, generator.z_dim), labels_of(generator.config, seeds)
    return np.asarray(generator.broadcast(generator.mapping(z, labels)))


def images_of(generator, seeds, noise="fixed", **call) -> np.ndarray:
    """Images (B, r, r, C) of some seeds, a few at a time; further arguments go to the generator."""
    seeds = np.array(seeds)
    z, labels = latents.from_seeds(seeds, generator.z_dim), labels_of(generator.config, seeds)
    drawn = [
        generator(z[part], labels=None if labels is None else labels[part], noise=noise, **call)
        for part in parts(generator.config, len(z))
    ]
    return np.concatenate([np.asarray(images) for images in drawn])


def parts(config, count):
    """Ranges that make up 0 .. count, so short that large images fit in memory."""
    size = int(np.clip(2**18 // config.resolution**2, 1, 64))
    return [range(i, min(i + size, count)) for i in range(0, count, size)]


def pictures(generator, ws, size=CELL) -> np.ndarray:
    """uint8 (B, side, side, C), fitted to ``size`` dots."""
    ws = np.asarray(ws)
    batches = [to_uint8(generator.synthesis(ws[part], noise="fixed")) for part in parts(generator.config, len(ws))]
    return np.stack([fit(image, size) for images in batches for image in images])


def fit(image, size=CELL):
    """Enlarge the pixels of (side, side, C) by a whole number, or average them by a power of two, to about ``size``."""
    side, channels = image.shape[1:]
    if side <= size:
        times = round(size / side)
        return image.repeat(times, axis=0).repeat(times, axis=1)
    times = 2 ** round(np.log2(side / size))
    small = image.reshape(side // times, times, side // times, times, channels).mean(axis=(1, 3))
    return np.rint(small).astype("uint8") if image.dtype == np.uint8 else small


def grid(images, columns: int | None = None, scale: int = 1, gap: int = 0) -> Image.Image:
    """Tile images (N, r, r, C) in [-1, 1], or uint8, into one picture, row by row; ``scale`` enlarges each pixel."""
    images = np.asarray(images)
    images = images if images.dtype == np.uint8 else to_uint8(images)
    count, side, _, channels = images.shape
    columns = columns or int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    canvas = np.full((rows * (side + gap) - gap, columns * (side + gap) - gap, channels), 255, "uint8")
    for i, image in enumerate(images):
        y, x = (i // columns) * (side + gap), (i % columns) * (side + gap)
        canvas[y : y + side, x : x + side] = image
    picture = Image.fromarray(canvas[..., 0] if channels == 1 else canvas)
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)


def table(cells, row_names, column_names, title, groups=None) -> Figure:
    """Images in rows and columns with their names; ``groups``: first row -> text at its right, set apart by a gap."""
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


def labelled(rows, row_names, column_names, size: int = CELL) -> Image.Image:
    """Images in rows and columns with their names, as ``table``, but drawn by Pillow: in a few milliseconds.

    Args:
        rows: lists of images (side, side, C) in [-1, 1], or uint8, or None; sides and channels may differ.
        row_names, column_names: one each; lines are told apart by "\\n". size: of a cell, in dots, about.
    """
    rows = [[None if image is None else _rgb(fit(_bytes(image), size)) for image in row] for row in rows]
    font = _font()
    measure = ImageDraw.Draw(Image.new("RGB", (1, 1))).multiline_textbbox
    texts = [[measure((0, 0), name, font)[2:] for name in names] for names in (row_names, column_names)]
    count = len(column_names)
    sides = [max(image.shape[0] for row in rows for image in row if image is not None)] * count
    widths = [max(side, int(np.ceil(width))) for side, (width, _) in zip(sides, texts[1], strict=True)]
    left = int(max((np.ceil(width) + 8 for width, _ in texts[0] if width), default=0))
    top = int(max((np.ceil(height) + 6 for width, height in texts[1] if width), default=0))
    xs = [left + sum(widths[:j]) + 8 * j for j in range(count)]
    page = Image.new("RGB", (xs[-1] + widths[-1], top + len(rows) * (sides[0] + 4) - 4), "white")
    pen = ImageDraw.Draw(page)
    for x, name in zip(xs, column_names, strict=True):
        pen.multiline_text((x, 0), name, "black", font)
    for i, (row, name, (_, height)) in enumerate(zip(rows, row_names, texts[0], strict=True)):
        y = top + i * (sides[0] + 4)
        pen.multiline_text((0, y + (sides[0] - height) // 2), name, "black", font)
        for x, image in zip(xs, row, strict=True):
            if image is not None:
                page.paste(Image.fromarray(image), (x, y))
    return page


@functools.cache
def _font():
    """Matplotlib's, which has the psi, the minus and the arrow that Pillow's own lacks."""
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf", 12)


def _bytes(image):
    return image if image.dtype == np.uint8 else to_uint8(image)


def _rgb(image):
    return image.repeat(3, axis=-1) if image.shape[-1] == 1 else image


def place(figure, picture, x, y, title):
    """Show a picture (h, w, C) dot by dot, its lower left corner at dot (x, y); floats get a scale of colours."""
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
    """Fit the figure to its content. Axes move by whole dots, so that each pixel of a picture stays a whole dot."""
    box = figure.get_tightbbox()
    left, bottom = np.floor(np.array([box.x0, box.y0]) * DPI) - 8
    size = np.ceil(np.array([box.x1, box.y1]) * DPI) + 8 - (left, bottom)
    places = [axes.get_window_extent().bounds for axes in figure.axes]
    figure.set_size_inches(size / DPI)
    for axes, (x, y, w, h) in zip(figure.axes, places, strict=True):
        axes.set_position(np.array([x - left, y - bottom, w, h]) / np.tile(size, 2))
    return figure

"""Images laid out in a picture whose pixels are crisp (Pillow): grids, and rows and columns with names."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.networks.sampling import batches_of

CELL = 96  # dots that the side of an image takes, about; whole dots per pixel keep small images crisp

# Dots between cells of ``labelled``, and between cells and their names
GAP_ACROSS = 8
GAP_DOWN = 4
GAP_TO_ROW_NAME = 8
GAP_TO_COLUMN_NAME = 6


def pictures(generator, ws, size=CELL) -> np.ndarray:
    """The images of ws (B, L, w_dim): uint8 (B, side, side, C), fitted to ``size`` dots."""
    ws = np.asarray(ws)
    fitted = []
    for batch in batches_of(len(ws), generator.config.resolution):
        images = to_uint8(generator.synthesis(ws[batch], noise="fixed"))
        fitted += [resize_pixels(image, size) for image in images]
    return np.stack(fitted)


def resize_pixels(image, size=CELL):
    """An image (side, side, C) at about ``size`` dots, without blur.

    A small one has its pixels enlarged by a whole number; a large one has them averaged by a power of two.
    """
    side, channels = image.shape[1:]
    if side <= size:
        times = round(size / side)
        return image.repeat(times, axis=0).repeat(times, axis=1)
    times = 2 ** round(np.log2(side / size))
    blocks = image.reshape(side // times, times, side // times, times, channels)
    small = blocks.mean(axis=(1, 3))  # (side / times, side / times, C)
    return np.rint(small).astype("uint8") if image.dtype == np.uint8 else small


def grid(images, columns: int | None = None, scale: int = 1, gap: int = 0) -> Image.Image:
    """Tile images into one picture, row by row.

    Args:
        images: (N, r, r, C) in [-1, 1], or uint8.
        columns: default: as many as rows, or one more.
        scale: how many dots a pixel takes, each way.
        gap: pixels between the images, white.
    """
    # How many rows and columns.
    images = _bytes(np.asarray(images))
    count, side, _, channels = images.shape
    columns = columns or int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)  # rounded up

    # A white canvas, and the images on it.
    step = side + gap
    canvas = np.full((rows * step - gap, columns * step - gap, channels), 255, "uint8")
    for i, image in enumerate(images):
        y = (i // columns) * step
        x = (i % columns) * step
        canvas[y : y + side, x : x + side] = image

    picture = Image.fromarray(canvas[..., 0] if channels == 1 else canvas)
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)


def labelled(rows, row_names, column_names, size: int = CELL) -> Image.Image:
    """Images in rows and columns with their names, as ``table``, but drawn by Pillow: in a few milliseconds.

    Args:
        rows: lists of images (side, side, C) in [-1, 1], or uint8, or None; sides and channels may differ.
        row_names, column_names: one each; "\\n" begins a new line.
        size: of a cell, in dots, about.
    """
    # How large the cells are, and their names.
    cells = [[_cell(image, size) for image in row] for row in rows]
    side = max(cell.shape[0] for row in cells for cell in row if cell is not None)
    row_sizes = [_text_size(name) for name in row_names]
    column_sizes = [_text_size(name) for name in column_names]

    # Where they go: row names on the left, column names at the top, a column as wide as the wider of both.
    left = int(max((np.ceil(width) + GAP_TO_ROW_NAME for width, _ in row_sizes if width), default=0))
    top = int(
        max((np.ceil(height) + GAP_TO_COLUMN_NAME for width, height in column_sizes if width), default=0)
    )
    widths = [max(side, int(np.ceil(width))) for width, _ in column_sizes]
    xs = [left + sum(widths[:j]) + GAP_ACROSS * j for j in range(len(widths))]
    ys = [top + (side + GAP_DOWN) * i for i in range(len(cells))]

    # The page.
    page_height = top + len(cells) * (side + GAP_DOWN) - GAP_DOWN
    page = Image.new("RGB", (xs[-1] + widths[-1], page_height), "white")
    pen = ImageDraw.Draw(page)
    for x, name in zip(xs, column_names, strict=True):
        pen.multiline_text((x, 0), name, "black", _font())
    for y, row, name, (_, height) in zip(ys, cells, row_names, row_sizes, strict=True):
        pen.multiline_text((0, y + (side - height) // 2), name, "black", _font())
        for x, cell in zip(xs, row, strict=True):
            if cell is not None:
                page.paste(Image.fromarray(cell), (x, y))
    return page


def _cell(image, size):
    """An image as ``labelled`` shows it: uint8 (side, side, 3) of about ``size`` dots; None stays None."""
    if image is None:
        return None
    fitted = resize_pixels(_bytes(image), size)
    return fitted.repeat(3, axis=-1) if fitted.shape[-1] == 1 else fitted


def _bytes(image):
    return image if image.dtype == np.uint8 else to_uint8(image)


def _text_size(text):
    """Width and height in dots that a text takes from its starting point."""
    measure = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    return measure.multiline_textbbox((0, 0), text, _font())[2:]


@functools.cache
def _font():
    """Matplotlib's, which has the psi, the minus and the arrow that Pillow's own lacks."""
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf", 12)

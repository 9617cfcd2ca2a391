"""Images laid out in a picture whose pixels are crisp (Pillow): grids, and rows and columns with their names."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.networks.sampling import batches_of

CELL = 96  # dots that the side of an image takes, about; whole dots per pixel keep small images crisp


def pictures(generator, ws, size=CELL) -> np.ndarray:
    """uint8 (B, side, side, C), fitted to ``size`` dots."""
    ws = np.asarray(ws)
    batches = batches_of(len(ws), generator.config.resolution)
    images = [to_uint8(generator.synthesis(ws[batch], noise="fixed")) for batch in batches]
    return np.stack([resize_pixels(image, size) for batch in images for image in batch])


def resize_pixels(image, size=CELL):
    """Enlarge the pixels of (side, side, C) by a whole number, or average them by a power of two, to about
    ``size``.
    """
    side, channels = image.shape[1:]
    if side <= size:
        times = round(size / side)
        return image.repeat(times, axis=0).repeat(times, axis=1)
    times = 2 ** round(np.log2(side / size))
    small = image.reshape(side // times, times, side // times, times, channels).mean(axis=(1, 3))
    return np.rint(small).astype("uint8") if image.dtype == np.uint8 else small


def grid(images, columns: int | None = None, scale: int = 1, gap: int = 0) -> Image.Image:
    """Tile images (N, r, r, C) in [-1, 1], or uint8, into one picture, row by row; ``scale`` enlarges each
    pixel.
    """
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


def labelled(rows, row_names, column_names, size: int = CELL) -> Image.Image:
    """Images in rows and columns with their names, as ``table``, but drawn by Pillow: in a few milliseconds.

    Args:
        rows: lists of images (side, side, C) in [-1, 1], or uint8, or None; sides and channels may differ.
        row_names, column_names: one each; lines are told apart by "\\n". size: of a cell, in dots, about.
    """
    rows = [
        [None if image is None else _rgb(resize_pixels(_bytes(image), size)) for image in row] for row in rows
    ]
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
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf", 12)


def _bytes(image):
    return image if image.dtype == np.uint8 else to_uint8(image)


def _rgb(image):
    return image.repeat(3, axis=-1) if image.shape[-1] == 1 else image

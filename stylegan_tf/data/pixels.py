"""Pixels: smaller copies of a picture, and its range, 0 to 255 when stored and -1 to 1 in the networks."""

from __future__ import annotations

import numpy as np


def shrink(images: np.ndarray, resolution: int) -> np.ndarray:
    """uint8 (N, side, side, C) at a smaller side: repeated 2x2 means in float32.

    Rounded once, at the end, and halves to even.

    Source: official dataset_tool.py: TFRecordExporter; docs/exactness.md, TFRecords.
    """
    x = images.astype("float32")
    while x.shape[1] > resolution:
        x = _halved(x)
    return np.rint(x).astype("uint8")


def levels_of(images: np.ndarray, lowest: int = 4) -> dict[int, np.ndarray]:
    """{side: uint8 (N, side, side, C)} from the pictures' own side down to ``lowest``.

    Each level is what ``shrink`` gives, without starting from the top again.
    """
    levels = {images.shape[1]: images}
    x = images.astype("float32")
    while x.shape[1] > lowest:
        x = _halved(x)
        levels[x.shape[1]] = np.rint(x).astype("uint8")
    return levels


def _halved(x):
    """The mean of each 2x2: (N, side, side, C) -> (N, side / 2, side / 2, C)."""
    return (x[:, 0::2, 0::2] + x[:, 0::2, 1::2] + x[:, 1::2, 0::2] + x[:, 1::2, 1::2]) * 0.25


def to_uint8(images) -> np.ndarray:
    """[-1, 1] -> uint8 [0, 255]: (x + 1) * 127.5, halves rounded up, and cut off outside the range.

    Source: official tfutil.py: convert_images_to_uint8; docs/exactness.md, Images as bytes.
    """
    return np.clip(np.floor(np.asarray(images, "float32") * 127.5 + 128.0), 0, 255).astype("uint8")


def to_unit_range(images: np.ndarray) -> np.ndarray:
    """uint8 pictures as float32 in [-1, 1]."""
    return images.astype("float32") * (2.0 / 255.0) - 1.0

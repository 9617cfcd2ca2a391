"""Real images made worse in a known way: what does a metric notice?"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from stylegan_tf.data.pixels import to_uint8, to_unit_range


def blur(images, radius: float) -> np.ndarray:
    """Images (N, r, r, 1 or 3) in [-1, 1], blurred by a Gaussian and rounded to 8 bits.

    Args:
        radius: the Gaussian's standard deviation in pixels.
    """
    shape = np.shape(images)
    gaussian = ImageFilter.GaussianBlur(radius)
    blurred = []
    for image in to_uint8(images):
        if shape[-1] == 1:
            image = image[..., 0]  # Pillow has no third axis in grey pictures
        blurred.append(np.asarray(Image.fromarray(image).filter(gaussian)))
    return to_unit_range(np.stack(blurred).reshape(shape))


def without_class(labels, dropped: int, seed: int = 0) -> np.ndarray:
    """Rows to take, (N,), so that a class is missing.

    Each of its rows is replaced by a row of another class, drawn at random.

    Args:
        labels: class numbers (N,).
        dropped: the class to leave out.
        seed: of the rows that replace it.

    Raises:
        ValueError: if there is no other class.
    """
    labels = np.asarray(labels)
    is_dropped = labels == dropped
    others = np.flatnonzero(labels != dropped)
    if not len(others):
        raise ValueError(f"all images are of class {dropped}; there is none to put in their place")

    rows = np.arange(len(labels))
    rows[is_dropped] = np.random.default_rng(seed).choice(others, is_dropped.sum())
    return rows


def with_copies(count: int, share: float, seed: int = 0) -> np.ndarray:
    """Rows to take, (count,), so that this share of them, 0 to 1, is one and the same image.

    Raises:
        ValueError: for another share.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"the share of copies is {share}; give 0, none, to 1, all")
    rows = np.arange(count)
    chosen = np.random.default_rng(seed).permutation(count)[: round(share * count)]
    if len(chosen):
        rows[chosen] = chosen[0]
    return rows

"""Real images made worse in a known way: what does a metric notice?"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from stylegan_tf.data.pixels import to_uint8, to_unit_range


def blur(images, radius: float) -> np.ndarray:
    """Images (N, r, r, 1 or 3) in [-1, 1], blurred by a Gaussian of that deviation in pixels, rounded to 8
    bits.
    """
    soft, channels = ImageFilter.GaussianBlur(radius), np.shape(images)[-1]
    pictures = [
        Image.fromarray(image[..., 0] if channels == 1 else image).filter(soft) for image in to_uint8(images)
    ]
    return to_unit_range(np.stack([np.asarray(picture) for picture in pictures]).reshape(np.shape(images)))


def without_class(labels, dropped: int, seed: int = 0) -> np.ndarray:
    """Rows to take, (N,), so that a class is missing: each of its rows is replaced by a random one of the
    others.

    Raises:
        ValueError: if there is no other class.
    """
    labels = np.asarray(labels)
    rows, others = np.arange(len(labels)), np.flatnonzero(labels != dropped)
    if not len(others):
        raise ValueError(f"all images are of class {dropped}; there is none to put in their place")
    gone = labels == dropped
    rows[gone] = np.random.default_rng(seed).choice(others, gone.sum())
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

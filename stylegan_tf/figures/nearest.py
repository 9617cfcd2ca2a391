"""Generated pictures above the training pictures that are most like them."""

from __future__ import annotations

from matplotlib.figure import Figure

from stylegan_tf.figures.layout import resize_pixels
from stylegan_tf.figures.pages import table


def nearest_pairs(images, most_alike, distances, limit: float) -> Figure:
    """Each generated picture above the training picture that is most like it, with their distance.

    Args:
        images, most_alike: uint8 (N, r, r, C).
        distances: of each pair (N,).
        limit: the distance below which a pair looks like a copy; those are marked.
    """
    rows = [[resize_pixels(image) for image in part] for part in (images, most_alike)]
    names = [f"{d:.2f}" if d >= limit else f"copy? {d:.2f}" for d in distances]
    title = f"Generated pictures, and the training pictures most like them (below {limit:.2f}: a copy?)"
    return table(rows, ["generated", "training"], names, title)

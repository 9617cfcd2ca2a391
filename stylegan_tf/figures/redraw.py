"""Pairs of pictures for the redraw score: a generated face, and what is drawn from what was read in it."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from stylegan_tf.figures.pages import DPI

BEYOND = "#c0392b"


def redraw_pairs(redrawn, limit: float, across: int = 8) -> Figure:
    """The faces in their order: above as they were generated, below drawn again, with their distance.

    Those beyond the limit have their distance in red and bold.

    Args:
        redrawn: metrics.redraw.Redrawn of a few faces.
        limit: of the real faces, as ``metrics.redraw.redraw_limit`` gives it.
        across: pairs in a row.
    """
    rows = -(-len(redrawn.images) // across)  # rounded up
    figure = Figure(figsize=(1.15 * across, 2.5 * rows + 0.4), dpi=DPI, layout="constrained")
    figure.get_layout_engine().set(h_pad=0.01, hspace=0.01)
    panels = figure.subplots(2 * rows, across, squeeze=False)
    for axes in panels.ravel():
        axes.axis("off")

    for i, distance in enumerate(redrawn.distances):
        row, column = 2 * (i // across), i % across
        for axes, images in ((panels[row, column], redrawn.images), (panels[row + 1, column], redrawn.drawn)):
            axes.imshow((images[i] + 1) / 2, interpolation="nearest")
        is_beyond = distance > limit
        style = dict(color=BEYOND, fontweight="bold") if is_beyond else {}
        panels[row, column].set_title(f"{distance:.2f}", fontsize=9, **style)

    beyond = int(np.sum(redrawn.distances > limit))
    figure.suptitle(
        f"above: generated; below: drawn again from what was read. "
        f"{beyond} of {len(redrawn.images)} beyond {limit:.2f} (red)",
        fontsize=10,
    )
    return figure

"""Matplotlib figures for widgets: drawn once into a picture, or again and again in the parts that move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image


def raster(figure: Figure) -> Image.Image:
    """The figure as a picture, which can be kept and shown again."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return _picture(canvas)


class Live:
    """A figure of which some artists change: all others are drawn once ("blitting").

    Args:
        figure: laid out for its final content.
        moving: the artists that change, in the order of their drawing; also what lies over them, such as a
            legend and the spines.
    """

    def __init__(self, figure: Figure, moving: Sequence[Artist]):
        self.figure = figure
        self.moving = list(moving)
        self.canvas = FigureCanvasAgg(figure)
        figure.draw_without_rendering()  # for the layout, in which animated artists take no room
        figure.set_layout_engine("none")
        for artist in self.moving:
            artist.set_animated(True)
        self.canvas.draw()
        self.ground = self.canvas.copy_from_bbox(figure.bbox)

    def picture(self) -> Image.Image:
        """The figure with the artists as they are now."""
        self.canvas.restore_region(self.ground)
        for artist in self.moving:
            self.figure.draw_artist(artist)
        return _picture(self.canvas)


def _picture(canvas):
    return Image.fromarray(np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3]))

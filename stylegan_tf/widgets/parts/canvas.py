"""A rectangle of a plane with lines and points on it.

Pillow draws it in milliseconds, where matplotlib takes hundreds of them.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

FINE = 2  # everything is drawn this many times as large and then shrunk, for smooth edges
FRAME = "#767676"


class Canvas:
    """White, or a picture, with a frame; everything on it is given in the units of its axes.

    Args:
        side: in dots, (width, height) or one number for both.
        x, y: (first, last) of the axes; y grows upwards.
        ground: a picture that fills it, PIL or uint8 (h, w, 3).
    """

    def __init__(
        self, side: int | tuple[int, int], x: tuple[float, float], y: tuple[float, float], ground=None
    ):
        self.size = (side, side) if isinstance(side, int) else side
        self.low = np.array([x[0], y[0]])
        self.span = np.array([x[1] - x[0], y[1] - y[0]])
        large = tuple(FINE * s for s in self.size)
        if ground is None:
            self.page = Image.new("RGB", large, "white")
        else:
            if not isinstance(ground, Image.Image):
                ground = Image.fromarray(ground)
            self.page = ground.convert("RGB").resize(large, Image.Resampling.NEAREST)
        self.pen = ImageDraw.Draw(self.page)

    def copy(self) -> Canvas:
        """A copy of it as it is now, to draw on."""
        new = object.__new__(Canvas)
        new.size = self.size
        new.low = self.low
        new.span = self.span
        new.page = self.page.copy()
        new.pen = ImageDraw.Draw(new.page)
        return new

    def dots_of(self, points) -> np.ndarray:
        """Where points (N, 2) lie on the enlarged page, (N, 2)."""
        share = (np.asarray(points, "float64").reshape(-1, 2) - self.low) / self.span
        return (share * (1, -1) + (0, 1)) * self.page.size

    def line(self, points, colour, width: float = 1, dashed: bool = False) -> None:
        """A line through points (N, 2); if it is dashed, every other piece between two points is left out."""
        dots = [tuple(dot) for dot in self.dots_of(points).tolist()]
        width = round(FINE * width)
        if not dashed:
            self.pen.line(dots, colour, width, joint="curve")
            return
        for start in range(0, len(dots) - 1, 2):
            self.pen.line(dots[start : start + 2], colour, width)

    def points(self, points, colour, radius: float = 2, edge: str | None = None) -> None:
        """A disc at each of some points (N, 2); ``edge`` is the colour of its rim."""
        r = FINE * radius
        for x, y in self.dots_of(points).tolist():
            self.pen.ellipse((x - r, y - r, x + r, y + r), colour, edge, FINE)

    def crosses(self, points, colour, radius: float = 2) -> None:
        """A cross at each of some points (N, 2)."""
        r = FINE * radius
        for x, y in self.dots_of(points).tolist():
            self.pen.line((x - r, y - r, x + r, y + r), colour, FINE)
            self.pen.line((x - r, y + r, x + r, y - r), colour, FINE)

    def done(self) -> np.ndarray:
        """The picture with its frame, uint8 (height, width, 3), as ``layout.labelled`` takes it."""
        right = self.page.width - 1
        bottom = self.page.height - 1
        self.pen.rectangle((0, 0, right, bottom), outline=FRAME, width=FINE)
        return np.asarray(self.page.reduce(FINE))

"""A rectangle of a plane with lines and points on it, drawn by Pillow: in milliseconds, where matplotlib
takes hundreds.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

FINE = 2  # drawn so many times as large and then shrunk, for smooth edges
FRAME = "#767676"


class Canvas:
    """White, or a picture, with a frame; everything on it is given in the units of its axes.

    Args:
        side: width and height in dots, or both alike. x, y: (first, last) of the axes; y grows upwards.
        ground: a picture that fills it, PIL or uint8 (h, w, 3).
    """

    def __init__(
        self, side: int | tuple[int, int], x: tuple[float, float], y: tuple[float, float], ground=None
    ):
        self.size = (side, side) if isinstance(side, int) else side
        self.low, self.span = np.array([x[0], y[0]]), np.array([x[1] - x[0], y[1] - y[0]])
        large = tuple(FINE * s for s in self.size)
        if ground is None:
            self.page = Image.new("RGB", large, "white")
        else:
            ground = ground if isinstance(ground, Image.Image) else Image.fromarray(ground)
            self.page = ground.convert("RGB").resize(large, Image.Resampling.NEAREST)
        self.pen = ImageDraw.Draw(self.page)

    def copy(self) -> Canvas:
        """As it is now, to go on with."""
        new = object.__new__(Canvas)
        new.size, new.low, new.span, new.page = self.size, self.low, self.span, self.page.copy()
        new.pen = ImageDraw.Draw(new.page)
        return new

    def dots_of(self, points) -> np.ndarray:
        """Where points (N, 2) lie on the enlarged page, (N, 2)."""
        share = (np.asarray(points, "float64").reshape(-1, 2) - self.low) / self.span
        return (share * (1, -1) + (0, 1)) * self.page.size

    def line(self, points, colour, width: float = 1, dashed: bool = False) -> None:
        """Through points (N, 2); dashed: every other piece between two points is left out."""
        dots, width = list(map(tuple, self.dots_of(points).tolist())), round(FINE * width)
        for start in range(0, len(dots) - 1, 2) if dashed else ():
            self.pen.line(dots[start : start + 2], colour, width)
        if not dashed:
            self.pen.line(dots, colour, width, joint="curve")

    def points(self, points, colour, radius: float = 2, edge: str | None = None) -> None:
        """A disc at each of (N, 2), ``edge``: the colour of its rim."""
        r = FINE * radius
        for x, y in self.dots_of(points).tolist():
            self.pen.ellipse((x - r, y - r, x + r, y + r), colour, edge, FINE)

    def crosses(self, points, colour, radius: float = 2) -> None:
        """A cross at each of (N, 2)."""
        r = FINE * radius
        for x, y in self.dots_of(points).tolist():
            self.pen.line((x - r, y - r, x + r, y + r), colour, FINE)
            self.pen.line((x - r, y + r, x + r, y - r), colour, FINE)

    def done(self) -> np.ndarray:
        """uint8 (height, width, 3), as ``layout.labelled`` takes it."""
        right, bottom = self.page.width - 1, self.page.height - 1
        self.pen.rectangle((0, 0, right, bottom), outline=FRAME, width=FINE)
        return np.asarray(self.page.reduce(FINE))

"""What a toy face is drawn with: shapes on a round head that turns, and a canvas to paint on.

Pictures are 2 units wide and high, whatever the resolution: x from -1 to 1 to the right, y from -1 to 1
downwards. The head is a unit sphere: x to the right, y down, z towards the viewer. It turns, and then it is
flattened into the outline of a head.
"""

from __future__ import annotations

import functools

import numpy as np
from PIL import Image, ImageDraw

CENTRE = -0.06  # of the head, y in the picture
WIDTH = 0.60  # half of the head
HEIGHT = 0.73  # half of the head
PIVOT = 0.35  # y in the picture, in the neck: roll turns about it


class Head:
    """Where the points of a turned head are in the picture.

    Angles in degrees: yaw to the right, pitch up, roll clockwise.
    """

    def __init__(self, yaw: float, pitch: float, roll: float):
        yaw, pitch, roll = np.radians((yaw, pitch, roll))

        # Turning about the vertical axis, after nodding about the axis through the ears.
        turn = np.array([(np.cos(yaw), 0, np.sin(yaw)), (0, 1, 0), (-np.sin(yaw), 0, np.cos(yaw))])
        nod = np.array([(1, 0, 0), (0, np.cos(pitch), -np.sin(pitch)), (0, np.sin(pitch), np.cos(pitch))])
        self.rotation = turn @ nod

        # In the picture: how far to the side the head looks, and the tilt.
        self.side = np.sin(yaw)
        self.roll = np.array([(np.cos(roll), np.sin(roll)), (-np.sin(roll), np.cos(roll))])

    def project(self, shapes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Shapes (..., 3) of the unturned head, by name -> shapes (..., 2) in the picture, by name.

        What is hidden behind the head slides along its edge, so that shapes vanish without a jump.
        """
        # All points of all shapes at once, on the turned head.
        points = np.concatenate([shape.reshape(-1, 3) for shape in shapes.values()])  # (n, 3)
        x, y, z = self.rotation @ points.T

        # Points at the back go to the edge of the sphere that they are on. What is further out than the skin,
        # such as an ear, disappears only behind the edge of the skin.
        squared_radius = np.minimum((points**2).sum(axis=1), 1)
        edge = np.sqrt(np.maximum(squared_radius - y * y, 0))
        is_hidden = (z < 0) & (np.abs(x) < edge)
        x = np.where(is_hidden, np.copysign(edge, x), x)

        # Into the picture, and back into shapes.
        ends = np.cumsum([shape.size // 3 for shape in shapes.values()])
        parts = np.split(self.place(x, y), ends[:-1])
        projected = {}
        for (name, shape), part in zip(shapes.items(), parts, strict=True):
            projected[name] = part.reshape(*shape.shape[:-1], 2)
        return projected

    def place(self, x, y) -> np.ndarray:
        """Points x, y (n,) of the turned sphere's disc -> (n, 2) in the picture."""
        # The jaw is narrower than the skull, and the chin goes to the side that the head looks to.
        low = np.clip(y, 0, 1) ** 2
        across = WIDTH * (1 - 0.16 * low) * x + 0.09 * self.side * low
        down = CENTRE + HEIGHT * y
        return self.tilt(np.stack([across, down], axis=1))

    def tilt(self, points):
        """Roll points (n, 2) about the pivot in the neck."""
        return (points - (0, PIVOT)) @ self.roll + (0, PIVOT)


class Canvas:
    """A picture that is painted larger than it will be, and then averaged, which makes its edges smooth.

    It is painted at 8 times the side where that is no more than 1024 dots, and always at 2 times at least.

    Args:
        resolution: side of the finished picture.
        top, bottom: colours of the background, which runs evenly from one to the other.
    """

    def __init__(self, resolution: int, top, bottom):
        self.side = max(256, min(8 * resolution, 1024), 2 * resolution)
        self.times = self.side // resolution

        # The background: a column of colours, made as wide as the picture.
        ramp = np.linspace(0, 1, self.side, dtype="float32")[:, None]
        rows = np.rint(np.asarray(top) * (1 - ramp) + np.asarray(bottom) * ramp).astype("uint8")
        self.image = Image.fromarray(rows[:, None]).resize((self.side, self.side), Image.Resampling.NEAREST)
        self.draw = ImageDraw.Draw(self.image)

    def fill(self, points, colour):
        """Fill a polygon (n, 2)."""
        dots = points * (self.side / 2) + self.side / 2  # from -1 to 1 into dots of the canvas
        self.draw.polygon(dots.ravel().tolist(), colour)

    def fill_all(self, shapes, colour):
        """Fill polygons (m, n, 2)."""
        for points in shapes:
            self.fill(points, colour)

    def done(self) -> np.ndarray:
        """The finished picture, uint8 (resolution, resolution, 3): the mean of each block of dots."""
        return np.asarray(self.image.reduce(self.times))


def tint(colour, towards, share):
    """A colour moved by a share of the way towards another."""
    return tuple(int(round(a + (b - a) * share)) for a, b in zip(colour, towards, strict=True))


def dark(colour, share):
    """A colour with that share of black."""
    return tint(colour, (0, 0, 0), share)


@functools.cache
def _spline(count, closed, steps=8):
    """Weights (n, count) of a Catmull-Rom curve through ``count`` points, ``steps`` places between two."""
    # Where along the curve each place is: behind which point, and how far (0 to 1) towards the next.
    spans = count if closed else count - 1
    t = np.arange(spans * steps + (not closed)) / steps
    start = np.minimum(t.astype(int), spans - 1)
    u = t - start

    # Four points count: the one before, the two that the place is between, the one after. At the ends of an
    # open curve the last point counts twice.
    basis = (-u + 2 * u**2 - u**3, 2 - 5 * u**2 + 3 * u**3, u + 4 * u**2 - 3 * u**3, u**3 - u**2)
    weights = np.zeros((len(t), count))
    for offset, weight in zip((-1, 0, 1, 2), basis, strict=True):
        at = start + offset
        at = at % count if closed else np.clip(at, 0, count - 1)
        np.add.at(weights, (np.arange(len(t)), at), weight / 2)
    return weights


def curve(points, closed=True):
    """A smooth line through some points (n, ...), eight places from each to the next."""
    return _spline(len(points), closed) @ np.asarray(points, "float64")


def both_sides(points):
    """A symmetric outline (2n, 2): points (n, 2) on the right, from the top down, and their mirror images."""
    points = np.asarray(points, "float64")
    return np.concatenate([points, points[::-1] * (-1, 1)])


def on_face(points, lift=1.0):
    """Places (n, 2) on the front of the head, as seen from the front -> (n, 3); ``lift`` 1 is the skin."""
    x, y = np.moveaxis(np.asarray(points, "float64"), -1, 0)
    return lift * np.stack([x, y, np.sqrt(np.maximum(1 - x * x - y * y, 0))], axis=-1)


def on_globe(longitude, latitude, lift=1.0):
    """Places on the head in degrees -> (n, 3); 0 is the middle of the face, right and up are positive."""
    longitude = np.radians(longitude)
    latitude = np.radians(latitude)
    level = np.cos(latitude)
    x = level * np.sin(longitude)
    y = -np.sin(latitude)
    z = level * np.cos(longitude)
    return np.multiply(lift, np.stack([x, y, z])).T


def ellipse(x, y, width, height, power=1.0, count=32):
    """The outline (count, 2) of an ellipse with half-axes ``width`` and ``height``, about the centre (x, y).

    A power below 1 makes it more of a rounded box.
    """
    angle = np.arange(count) * (2 * np.pi / count)
    cosine = np.cos(angle)
    sine = np.sin(angle)
    across = x + width * np.sign(cosine) * np.abs(cosine) ** power
    down = y + height * np.sign(sine) * np.abs(sine) ** power
    return np.stack([across, down], axis=-1)

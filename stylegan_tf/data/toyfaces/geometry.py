"""What a toy face is drawn with: shapes on a round head that turns, and a canvas painted large and averaged
down.

Pictures are 2 units wide and high: x to the right and y downwards from -1 to 1, whatever the resolution. The
head is a unit
sphere: x to the right, y down, z towards the viewer. It turns, then it is flattened into the outline of a
    head.
"""

from __future__ import annotations

import functools

import numpy as np
from PIL import Image, ImageDraw

CENTRE, WIDTH, HEIGHT, PIVOT = (
    -0.06,
    0.60,
    0.73,
    0.35,
)  # the head's centre and half-axes; roll turns about PIVOT


class Head:
    """Where the points of a turned head are in the picture.

    Angles in degrees: yaw to the right, pitch up, roll clockwise.
    """

    def __init__(self, yaw: float, pitch: float, roll: float):
        yaw, pitch, roll = np.radians((yaw, pitch, roll))
        turn = np.array([(np.cos(yaw), 0, np.sin(yaw)), (0, 1, 0), (-np.sin(yaw), 0, np.cos(yaw))])
        nod = np.array([(1, 0, 0), (0, np.cos(pitch), -np.sin(pitch)), (0, np.sin(pitch), np.cos(pitch))])
        self.rotation = turn @ nod
        self.side = np.sin(yaw)
        self.roll = np.array([(np.cos(roll), np.sin(roll)), (-np.sin(roll), np.cos(roll))])

    def project(self, shapes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Shapes (..., 3) of the unturned head, all at once -> (..., 2) in the picture, by name.

        What is hidden behind the head slides along its edge, so that shapes vanish without a jump.
        """
        points = np.concatenate([shape.reshape(-1, 3) for shape in shapes.values()])
        x, y, z = self.rotation @ points.T
        # The edge of the point's own sphere; what stands out from the skin, such as an ear, only vanishes
        # behind the skin's.
        edge = np.sqrt(np.maximum(np.minimum((points**2).sum(axis=1), 1) - y * y, 0))
        x = np.where((z < 0) & (np.abs(x) < edge), np.copysign(edge, x), x)
        ends = np.cumsum([shape.size // 3 for shape in shapes.values()])
        parts = np.split(self.place(x, y), ends[:-1])
        return {
            name: part.reshape(*shape.shape[:-1], 2)
            for (name, shape), part in zip(shapes.items(), parts, strict=True)
        }

    def place(self, x, y) -> np.ndarray:
        """Points of the sphere's disc, after turning -> (n, 2): jaw narrower than skull, chin to the side it
        looks to.
        """
        low = np.clip(y, 0, 1) ** 2
        return self.tilt(
            np.stack([WIDTH * (1 - 0.16 * low) * x + 0.09 * self.side * low, CENTRE + HEIGHT * y], axis=1)
        )

    def tilt(self, points):
        """Roll, about a point in the neck."""
        return (points - (0, PIVOT)) @ self.roll + (0, PIVOT)


class Canvas:
    """A picture that is painted larger than it will be: at least 2 times, 8 times where that is no more than
    1024 dots.
    """

    def __init__(self, resolution: int, top, bottom):
        self.side = max(256, min(8 * resolution, 1024), 2 * resolution)
        self.times = self.side // resolution
        ramp = np.linspace(0, 1, self.side, dtype="float32")[:, None]
        rows = np.rint(np.asarray(top) * (1 - ramp) + np.asarray(bottom) * ramp).astype("uint8")
        self.image = Image.fromarray(rows[:, None]).resize((self.side, self.side), Image.Resampling.NEAREST)
        self.draw = ImageDraw.Draw(self.image)

    def fill(self, points, colour):
        """A polygon (n, 2)."""
        self.draw.polygon((points * (self.side / 2) + self.side / 2).ravel().tolist(), colour)

    def fill_all(self, shapes, colour):
        """Polygons (m, n, 2)."""
        for points in shapes:
            self.fill(points, colour)

    def done(self) -> np.ndarray:
        """uint8 (resolution, resolution, 3): the means of times x times blocks."""
        return np.asarray(self.image.reduce(self.times))


def tint(colour, towards, share):
    """A colour moved by a share of the way towards another."""
    return tuple(int(round(a + (b - a) * share)) for a, b in zip(colour, towards, strict=True))


def dark(colour, share):
    """A colour with that share of black."""
    return tint(colour, (0, 0, 0), share)


@functools.cache
def _spline(count, closed, steps=8):
    """Weights (points, count) of a Catmull-Rom curve through ``count`` points."""
    spans = count if closed else count - 1
    t = np.arange(spans * steps + (not closed)) / steps
    start = np.minimum(t.astype(int), spans - 1)
    u = t - start
    basis = (-u + 2 * u**2 - u**3, 2 - 5 * u**2 + 3 * u**3, u + 4 * u**2 - 3 * u**3, u**3 - u**2)
    weights = np.zeros((len(t), count))
    for offset, weight in zip((-1, 0, 1, 2), basis, strict=True):
        at = (start + offset) % count if closed else np.clip(start + offset, 0, count - 1)
        np.add.at(weights, (np.arange(len(t)), at), weight / 2)
    return weights


def curve(points, closed=True):
    """A smooth line through some points (n, ...)."""
    return _spline(len(points), closed) @ np.asarray(points, "float64")


def both_sides(points):
    """A symmetric outline: the points given from top to bottom at the right, and their mirror images."""
    points = np.asarray(points, "float64")
    return np.concatenate([points, points[::-1] * (-1, 1)])


def on_face(points, lift=1.0):
    """Places (n, 2) on the front of the head, as seen from the front -> (n, 3); ``lift`` 1 is the skin."""
    x, y = np.moveaxis(np.asarray(points, "float64"), -1, 0)
    return lift * np.stack([x, y, np.sqrt(np.maximum(1 - x * x - y * y, 0))], axis=-1)


def on_globe(longitude, latitude, lift=1.0):
    """Degrees, 0 the middle of the face, up and right positive -> (n, 3)."""
    longitude, latitude = np.radians(longitude), np.radians(latitude)
    level = np.cos(latitude)
    return np.multiply(
        lift, np.stack([level * np.sin(longitude), -np.sin(latitude), level * np.cos(longitude)])
    ).T


def ellipse(x, y, width, height, power=1.0, count=32):
    """Outline (n, 2) with half-axes; a power below 1 makes it more of a rounded box."""
    angle = np.arange(count) * (2 * np.pi / count)
    c, s = np.cos(angle), np.sin(angle)
    return np.stack(
        [x + width * np.sign(c) * np.abs(c) ** power, y + height * np.sign(s) * np.abs(s) ** power], axis=-1
    )

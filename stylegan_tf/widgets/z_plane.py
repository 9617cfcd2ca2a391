"""Lesson 04: a point in Z, the same point in W, and what is drawn from it."""

from __future__ import annotations

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

from stylegan_tf import latents
from stylegan_tf.figures import BLUE, ORANGE
from stylegan_tf.layout import DPI, pictures
from stylegan_tf.widgets.panel import Panel

REACH = 8.0  # how far the plane goes to each side: about the length of z of 64 numbers


class ZPlane:
    """A plane through Z, with the same plane as the mapping network leaves it.

    z(across, up) = z of a seed + across * e1 + up * e2; e1 and e2 are unit vectors drawn from the same seed, orthogonal to each
    other and to z. W is seen along the two axes in which the w of the plane spread most.

    Args:
        generator: a Generator. seed: of the point in the middle and of both directions.
    """

    def __init__(self, generator, seed: int = 0):
        self.generator = generator
        middle = latents.from_seeds([seed], generator.z_dim)[0]
        drawn = np.random.default_rng([seed, 1]).standard_normal((generator.z_dim, 2))
        basis = np.linalg.qr(np.column_stack([middle, drawn]))[0].T
        self.middle, self.directions = middle, basis[1:].astype("float32")  # (D,), (2, D)
        line = np.linspace(-REACH, REACH, 33)
        w = self.w(*(axis.ravel() for axis in np.meshgrid(line, line)))
        self.centre = w.mean(axis=0)
        self.axes = np.linalg.svd(w - self.centre, full_matrices=False)[2][:2]  # (2, w_dim)
        self.share = float(((w - self.centre) @ self.axes.T).var(axis=0).sum() / w.var(axis=0).sum())

    def z(self, across, up) -> np.ndarray:
        """Coordinates (N,) and (N,) -> z (N, z_dim)."""
        return self.middle + np.stack([np.atleast_1d(across), np.atleast_1d(up)], axis=1).astype("float32") @ self.directions

    def w(self, across, up) -> np.ndarray:
        """Coordinates (N,) and (N,) -> w (N, w_dim)."""
        return np.asarray(self.generator.mapping(self.z(across, up)))

    def flat(self, across, up) -> np.ndarray:
        """Where W's two axes show a point of the plane, (N, 2)."""
        return (self.w(across, up) - self.centre) @ self.axes.T


def mapped(plane: ZPlane, across: float = 0.0, up: float = 0.0) -> Figure:
    """Three panels: the plane in Z with a square grid and a point; the same in W; the image drawn from that point."""
    figure = Figure(figsize=(9.2, 3.3), dpi=DPI, layout="constrained")
    in_z, in_w, image = figure.subplots(1, 3, width_ratios=(1, 1, 0.8))
    line, ticks = np.linspace(-REACH, REACH, 65), np.linspace(-REACH, REACH, 9)
    for at in ticks:
        for a, b, colour, dashes in ((np.full(65, at), line, BLUE, "-"), (line, np.full(65, at), "0.45", "--")):
            in_z.plot(a, b, color=colour, ls=dashes, lw=0.8)
            in_w.plot(*plane.flat(a, b).T, color=colour, ls=dashes, lw=0.8)
    in_z.plot(across, up, "o", color=ORANGE, markeredgecolor="black", markersize=9)
    in_w.plot(*plane.flat(across, up).T, "o", color=ORANGE, markeredgecolor="black", markersize=9)
    in_z.set(title="a plane in Z", xlabel="across", ylabel="up", aspect="equal")
    in_w.set(title="the same plane in W", xlabel=f"first axis (both: {plane.share:.0%} of the spread)", ylabel="second axis")
    in_w.set_aspect("equal", "datalim")
    drawn = pictures(plane.generator, plane.generator.broadcast(plane.w(across, up)), 128)[0]
    image.imshow(drawn, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    image.set(xticks=[], yticks=[], title="drawn from it")
    return figure


def mapping_pad(generator, seed: int = 0) -> Panel:
    """Two sliders move a point over a plane of Z; beside it the same point in W, and its image."""
    plane = ZPlane(generator, seed)

    def slider(name):
        return ipywidgets.FloatSlider(value=0.0, min=-REACH, max=REACH, step=0.5, description=name, continuous_update=False)

    alt = "Left the point in Z, in the middle the same point in W, right its image: equal steps in Z are unequal in W."
    return Panel(lambda across, up: mapped(plane, across, up), alt, across=slider("across"), up=slider("up"))

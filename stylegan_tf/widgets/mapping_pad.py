"""Lesson 04: a point in Z, the same point in W, and what is drawn from it; and the other way round."""

from __future__ import annotations

import ipywidgets
import numpy as np
from PIL import Image

from stylegan_tf import latents
from stylegan_tf.figures.layout import labelled
from stylegan_tf.figures.pages import BLUE, ORANGE
from stylegan_tf.widgets.parts.canvas import Canvas
from stylegan_tf.widgets.parts.compiled import codes, synthesis
from stylegan_tf.widgets.parts.pad import pad_of
from stylegan_tf.widgets.parts.panel import Panel

REACH = 8.0  # how far the plane goes to each side: about the length of z of 64 numbers
SIDE = 256  # dots of a pane
GREY = "#737373"
SPACES = {"z": "z, bent into W", "w": "w, a flat plane"}


class ZPlane:
    """A plane through Z, with the same plane as the mapping network leaves it.

    z(across, up) = z of a seed + across * e1 + up * e2; e1 and e2 are unit vectors drawn from the same seed,
    orthogonal to each other and to z. W is seen along the two axes in which the w of the plane spread most;
    the flat plane in W that they span is where ``flat_w`` moves.

    Args:
        generator: a Generator; a conditional one draws the class of the seed. seed: of the point in the
            middle and of both directions.
    """

    def __init__(self, generator, seed: int = 0):
        self.generator, self.seed = generator, seed
        middle = latents.from_seeds([seed], generator.z_dim)[0]
        drawn = np.random.default_rng([seed, 1]).standard_normal((generator.z_dim, 2))
        basis = np.linalg.qr(np.column_stack([middle, drawn]))[0].T
        self.middle, self.directions = middle, basis[1:].astype("float32")  # (D,), (2, D)
        line = np.linspace(-REACH, REACH, 65)
        self.grid = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1)  # (65, 65, 2)
        w = self.w(*self.grid.reshape(-1, 2).T)
        self.centre = w.mean(axis=0)
        self.axes = np.linalg.svd(w - self.centre, full_matrices=False)[2][:2]  # (2, w_dim)
        flat = (w - self.centre) @ self.axes.T
        self.share = float(flat.var(axis=0).sum() / w.var(axis=0).sum())
        self.sheet = flat.reshape(self.grid.shape)  # where W's two axes show the grid
        self.unit = (
            1.05 * float(np.abs(flat).max()) / REACH
        )  # so that the flat plane reaches as far as the bent one
        self.in_z, self.in_w = self._pane(self.grid, REACH), self._pane(self.sheet, self.unit * REACH)

    @staticmethod
    def _pane(grid, reach) -> Canvas:
        """Every eighth line of a grid (65, 65, 2): those upwards blue, those across grey and dashed."""
        pane = Canvas(SIDE, (-reach, reach), (-reach, reach))
        for i in range(0, 65, 8):
            pane.line(grid[i], BLUE)
            pane.line(grid[:, i], GREY, dashed=True)
        return pane

    def z(self, across, up) -> np.ndarray:
        """Coordinates (N,) and (N,) -> z (N, z_dim)."""
        return (
            self.middle
            + np.stack([np.atleast_1d(across), np.atleast_1d(up)], axis=1).astype("float32") @ self.directions
        )

    def w(self, across, up) -> np.ndarray:
        """Coordinates (N,) and (N,) -> w (N, w_dim), through the mapping network."""
        return codes(self.generator, self.z(across, up), self.seed)

    def flat(self, across, up) -> np.ndarray:
        """Where W's two axes show a point of the plane, (N, 2)."""
        return (self.w(across, up) - self.centre) @ self.axes.T

    def nearest(self, place) -> np.ndarray:
        """The point (across, up) of the grid, in steps of 1/4, that W's two axes show nearest to a place
        (2,).
        """
        return self.grid.reshape(-1, 2)[np.square(self.sheet.reshape(-1, 2) - place).sum(axis=1).argmin()]


def mapped(plane: ZPlane, across: float = 0.0, up: float = 0.0, space: str = "z") -> Image.Image:
    """Four panels: the plane in Z with a square grid and a point; the same in W; and the image drawn from
    either point.

    Args:
        across, up: -REACH to REACH. space: in "z" the point moves on the plane of Z, and stands in W where
            the mapping network brings it. In "w" it moves on the flat plane that W's two axes span; in Z
            stands the point whose w comes nearest.

    The two images differ by what the plane is bent away from the flat one, or by how far the nearest w is.
    """
    if space == "z":
        point, place = np.array([across, up]), plane.flat(across, up)[0]
    else:
        place = plane.unit * np.array([across, up])
        point = plane.nearest(place)
    ws = np.stack([plane.w(*point)[0], plane.centre + place @ plane.axes])
    images = synthesis(plane.generator, np.asarray(plane.generator.broadcast(ws.astype("float32"))))
    in_z, in_w = plane.in_z.copy(), plane.in_w.copy()
    in_z.points([point], ORANGE, 6, "black")
    in_w.points([place], ORANGE, 6, "black")
    names = ["a plane in Z", f"the same in W, along two axes\n({plane.share:.0%} of its spread)"]
    names += ["drawn from the point in Z", "drawn from the flat plane in W"]
    return labelled([[in_z.done(), in_w.done(), *images]], [""], names, size=SIDE)


def mapping_pad(generator, seed: int = 0) -> Panel:
    """A pad, and two sliders, move a point over a plane of Z or of W; beside it the same point in the other,
    and both images.

    The pad needs anywidget; without it the sliders do the same.
    """
    plane = ZPlane(generator, seed)

    def slider(name):
        return ipywidgets.FloatSlider(value=0.0, min=-REACH, max=REACH, step=0.25, description=name)

    controls = dict(
        space=ipywidgets.Dropdown(
            options=[(text, space) for space, text in SPACES.items()], value="z", description="move in"
        ),
        across=slider("across"),
        up=slider("up"),
    )
    alt = "Drag the point, or use the arrow keys: equal steps in Z are unequal in W. In W there are places that no z leads to."
    panel = Panel(lambda space, across, up: mapped(plane, across, up, space), alt, **controls)
    panel.children = (pad_of(controls["across"], controls["up"], "a point on the plane"), *panel.children)
    return panel

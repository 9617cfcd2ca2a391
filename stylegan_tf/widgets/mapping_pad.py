"""Lesson 04: a point in Z and the same point in W, moved in either space, and what is drawn from it."""

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
        generator: a Generator; a conditional one draws the class of the seed.
        seed: of the point in the middle and of both directions.
    """

    def __init__(self, generator, seed: int = 0):
        self.generator = generator
        self.seed = seed

        # The plane in Z, and a grid on it.
        middle = latents.from_seeds([seed], generator.z_dim)[0]
        drawn = np.random.default_rng([seed, 1]).standard_normal((generator.z_dim, 2))
        basis = np.linalg.qr(np.column_stack([middle, drawn]))[0].T
        self.middle = middle  # (D,)
        self.directions = basis[1:].astype("float32")  # (2, D)
        line = np.linspace(-REACH, REACH, 65)
        self.grid = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1)  # (65, 65, 2)

        # Where the mapping network brings the grid, along the two axes of W in which it spreads most.
        w = self.w(*self.grid.reshape(-1, 2).T)
        self.centre = w.mean(axis=0)
        axes = np.linalg.svd(w - self.centre, full_matrices=False)[2][:2]
        # An axis has no sign of its own: the first rises with "across", the second with "up", as in Z.
        along = np.sum(((w - self.centre) @ axes.T) * self.grid.reshape(-1, 2), axis=0)
        self.axes = np.where(along < 0, -1, 1)[:, None] * axes  # (2, w_dim)
        flat = (w - self.centre) @ self.axes.T
        self.share = float(flat.var(axis=0).sum() / w.var(axis=0).sum())
        self.sheet = flat.reshape(self.grid.shape)  # where W's two axes show the grid
        self.unit = 1.05 * float(np.abs(flat).max()) / REACH  # the flat plane reaches as far as the bent one

        # Both as pictures.
        self.in_z = self._pane(self.grid, REACH)
        self.in_w = self._pane(self.sheet, self.unit * REACH)

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
        points = np.stack([np.atleast_1d(across), np.atleast_1d(up)], axis=1).astype("float32")  # (N, 2)
        return self.middle + points @ self.directions

    def w(self, across, up) -> np.ndarray:
        """Coordinates (N,) and (N,) -> w (N, w_dim), through the mapping network."""
        return codes(self.generator, self.z(across, up), self.seed)

    def flat(self, across, up) -> np.ndarray:
        """Where W's two axes show a point of the plane, (N, 2)."""
        return (self.w(across, up) - self.centre) @ self.axes.T

    def nearest(self, place) -> np.ndarray:
        """The point (across, up) of the grid that W's two axes show nearest to a place (2,).

        The grid has steps of 1/4.
        """
        distances = np.square(self.sheet.reshape(-1, 2) - place).sum(axis=1)
        return self.grid.reshape(-1, 2)[distances.argmin()]


def mapped(plane: ZPlane, across: float = 0.0, up: float = 0.0, space: str = "z") -> Image.Image:
    """Four panels: a plane in Z with a grid and a point, the same in W, and the image of either point.

    Args:
        across, up: -REACH to REACH.
        space: in "z" the point moves on the plane of Z, and W shows where the mapping network brings it. In
            "w" it moves on the flat plane that W's two axes span, and Z shows the point whose w is nearest.

    The two images differ by what the plane is bent away from the flat one, or by how far the nearest w is.
    """
    # The point in Z, and its place in W.
    if space == "z":
        point = np.array([across, up])
        place = plane.flat(across, up)[0]
    else:
        place = plane.unit * np.array([across, up])
        point = plane.nearest(place)

    # The images of both.
    ws = np.stack([plane.w(*point)[0], plane.centre + place @ plane.axes])
    images = synthesis(plane.generator, np.asarray(plane.generator.broadcast(ws.astype("float32"))))

    # The panels.
    in_z = plane.in_z.copy()
    in_z.points([point], ORANGE, 6, "black")
    in_w = plane.in_w.copy()
    in_w.points([place], ORANGE, 6, "black")
    names = [
        "a plane in Z",
        f"the same in W, along two axes\n({plane.share:.0%} of its spread)",
        "drawn from the point in Z",
        "drawn from the flat plane in W",
    ]
    return labelled([[in_z.done(), in_w.done(), *images]], [""], names, size=SIDE)


def mapping_pad(generator, seed: int = 0) -> Panel:
    """A pad and two sliders that move a point over a plane of Z or of W.

    The picture shows the point in both spaces, and both images. The pad needs anywidget; without it the
    sliders do the same.
    """
    plane = ZPlane(generator, seed)

    # Three controls; the pad moves two of them.
    def slider(name):
        return ipywidgets.FloatSlider(value=0.0, min=-REACH, max=REACH, step=0.25, description=name)

    controls = dict(
        space=ipywidgets.Dropdown(
            options=[(text, space) for space, text in SPACES.items()], value="z", description="move in"
        ),
        across=slider("across"),
        up=slider("up"),
    )
    alt = (
        "Drag the point, or use the arrow keys: equal steps in Z are unequal in W. "
        "In W there are places that no z leads to."
    )

    def draw(space, across, up):
        return mapped(plane, across, up, space)

    # The pad above the panel.
    panel = Panel(draw, alt, **controls)
    panel.children = (pad_of(controls["across"], controls["up"], "a point on the plane"), *panel.children)
    return panel

"""A hyperplane among latents, turned by hand, and the bits it leaves open (paper section 4.2; lesson 13)."""

from __future__ import annotations

import functools
from typing import NamedTuple

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw

from stylegan_tf.editing.attributes import Attributes
from stylegan_tf.figures.layout import labelled
from stylegan_tf.metrics.separability import conditional_entropy, linear_separability, most_confident
from stylegan_tf.widgets.parts.compiled import synthesis
from stylegan_tf.widgets.parts.panel import Panel

SIDE = 360  # dots
REACH = 3.2  # deviations from the centre to the edge
AXES = "to the right: the normal of the SVM; upwards: what varies most besides"
HAS = "#0072B2"  # the colours of points with the attribute, of those without it, and of the shaded side
LACKS = "#B34700"
SHADE = "#DCEBF5"


class Projection(NamedTuple):
    """Latents on a plane: along the normal of an SVM, and along what varies most across it.

    Attributes:
        points: (N, 2), both coordinates with deviation 1. The first is the distance from the SVM's own
            hyperplane, which is the line x = 0; the second has mean 0.
        has: (N,) booleans.
        rows: (N,) places of these latents among all that were given.
        bits: H(attribute | side) of the SVM's own hyperplane.
    """

    points: np.ndarray
    has: np.ndarray
    rows: np.ndarray
    bits: float


def project(latents, values, keep: float = 0.5) -> Projection:
    """The latents that show an attribute most clearly, seen along the hyperplane that separates it best.

    Args:
        latents: (N, D).
        values: (N,) of a factor. At its 1st percentile and below it counts as absent, at the 99th and above
            as there, between them in proportion.
        keep: as in ``linear_separability``.

    Raises:
        ValueError: if all latents that are kept are of one class.
    """
    # The SVM's hyperplane.
    low, high = np.percentile(values, [1, 99])
    probability = np.clip((np.asarray(values) - low) / max(high - low, 1e-12), 0, 1).astype("float32")
    found = linear_separability(latents, probability[:, None], keep)
    normal = found.normals[0]
    if not np.isfinite(normal).all():
        raise ValueError(
            "all latents that are kept show the attribute alike, so nothing separates them; "
            "choose another one"
        )

    # The latents it is about, along its normal and along what varies most across it.
    rows = most_confident(probability)[: found.kept]
    chosen = latents[rows].astype("float64")
    along = chosen @ normal - found.offsets[0]
    centred = chosen - chosen.mean(axis=0)
    _, _, axes = np.linalg.svd(centred - np.outer(centred @ normal, normal), full_matrices=False)
    points = np.stack([along, centred @ axes[0]], axis=1)
    points = points / points.std(axis=0)
    has = probability[rows] >= 0.5
    return Projection(points, has, rows, float(found.conditional_entropies[0]))


def distances(points, angle: float, offset: float) -> np.ndarray:
    """Signed distance (N,) of points (N, 2) from a line.

    Its normal is at ``angle`` degrees, and it is ``offset`` from the origin.
    """
    radians = np.deg2rad(angle)
    return points @ (np.cos(radians), np.sin(radians)) - offset


def bits_left(points, has, angle: float, offset: float) -> float:
    """H(attribute | side of the line) in bits: 0 if the side tells all."""
    side = distances(points, angle, offset) > 0
    table = [
        [(side & has).sum(), (side & ~has).sum()],
        [(~side & has).sum(), (~side & ~has).sum()],
    ]
    return float(conditional_entropy(table))


def scatter(points, has, angle: float, offset: float) -> Image.Image:
    """The points, dots with the attribute and crosses without it, and the line.

    The side to which its normal points is shaded. The mean of the points is in the middle, wherever the
    origin is.
    """
    # The ground: the shaded side, and the line.
    middle = points.mean(axis=0)
    y, x = np.mgrid[REACH : -REACH : SIDE * 1j, -REACH : REACH : SIDE * 1j]
    shaded = distances(np.stack([x, y], axis=-1) + middle, angle, offset)
    page = np.full((SIDE, SIDE, 3), 255, "uint8")
    page[shaded > 0] = [int(SHADE[i : i + 2], 16) for i in (1, 3, 5)]
    page[np.abs(shaded) < 1.5 * REACH / SIDE * 2] = 0

    # The points.
    picture = Image.fromarray(page)
    pen = ImageDraw.Draw(picture)
    dots = ((points - middle) * (1, -1) / REACH + 1) * SIDE / 2  # (N, 2)
    for (x, y), has_it in zip(dots, has, strict=True):
        if has_it:
            pen.ellipse((x - 2, y - 2, x + 2, y + 2), fill=HAS)
        else:
            pen.line((x - 2, y - 2, x + 2, y + 2), fill=LACKS)
            pen.line((x - 2, y + 2, x + 2, y - 2), fill=LACKS)
    pen.rectangle((0, 0, SIDE - 1, SIDE - 1), outline="#767676")
    return picture


def separability(generator, attributes: Attributes, attribute: str | None = None, keep: float = 0.5) -> Panel:
    """Turn and shift a hyperplane among latents, and read how many bits about an attribute it leaves open.

    Below the plane are the images that lie farthest on either side of it.

    Args:
        attributes: latents and what is read in their images.
        attribute: the one to begin with.
        keep: share of the latents to keep, the clearest ones.

    Raises:
        ValueError: for an attribute that was not read.
    """
    names = list(attributes.values)
    if attribute not in (None, *names):
        raise ValueError(f"there is no attribute '{attribute}'; choose from {', '.join(names)}")
    spaces = {"w": attributes.w, "z": attributes.z}

    @functools.lru_cache(maxsize=32)
    def projection(attribute, space):
        return project(spaces[space], attributes.values[attribute], keep)

    def draw(attribute, space, angle, offset):
        # The four images that lie farthest on either side.
        points, has, rows, svm = projection(attribute, space)
        order = np.argsort(distances(points, angle, offset))
        shown = rows[np.concatenate([order[::-1][:4], order[:4]])]
        images = synthesis(generator, np.asarray(generator.broadcast(attributes.w[shown])))
        both = [list(images[:4]), list(images[4:])]
        sides = labelled(both, ["shaded side", "other side"], [""] * 4, size=64)

        # The plane above them.
        plane = labelled([[np.asarray(scatter(points, has, angle, offset))]], [""], [AXES], size=SIDE)
        page = Image.new("RGB", (max(plane.width, sides.width), plane.height + 8 + sides.height), "white")
        page.paste(plane, (0, 0))
        page.paste(sides, (0, plane.height + 8))
        return page, bits_text(attribute, bits_left(points, has, angle, offset), svm, has)

    controls = dict(
        attribute=ipywidgets.Dropdown(options=names, value=attribute or names[0], description="attribute"),
        space=ipywidgets.Dropdown(options=list(spaces), description="space"),
        angle=ipywidgets.FloatSlider(value=60.0, min=-90.0, max=90.0, step=1.0, description="angle, degrees"),
        offset=ipywidgets.FloatSlider(value=0.0, min=-3.0, max=3.0, step=0.05, description="offset"),
    )
    alt = (
        "Dots have the attribute, crosses have not. Turn and shift the line until few bits are left; "
        "at 0 and 0 it is the SVM's."
    )
    return Panel(draw, alt, **controls)


def bits_text(attribute: str, bits: float, svm: float, has) -> str:
    """HTML: the bits left by the line, by the SVM, and without any line, as bars."""
    alone = float(conditional_entropy([[has.sum(), (~has).sum()]]))
    rows = {"this line": (bits, HAS), "the SVM's": (svm, "#767676"), "no line": (alone, "#767676")}
    table = ""
    for name, (value, colour) in rows.items():
        look = f"width:{160 * value:.0f}px;height:1em;background:{colour}"
        table += f'<tr><td>{name}</td><td>{value:.3f}</td><td><div style="{look}"></div></td></tr>'
    return (
        f"<b>bits left to know of {attribute}</b><table>{table}</table>"
        f"score of this line alone: {2**bits:.3f} (1 is perfect)"
    )

"""A walk between two latents, with a speedometer: how fast does the image change (paper section 4.1; lesson
12)?
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import ipywidgets
import numpy as np

from stylegan_tf import latents
from stylegan_tf.figures.layout import labelled
from stylegan_tf.metrics.path_length import ends
from stylegan_tf.networks.sampling import batches_of
from stylegan_tf.widgets.parts.compiled import synthesis
from stylegan_tf.widgets.parts.controls import Seed
from stylegan_tf.widgets.parts.panel import Panel

SPACES = {"w, a straight line": "w", "z, a great circle": "z"}


def squared_difference(images_a, images_b) -> np.ndarray:
    """Mean over the pixels of the squared difference, (B,): the plainest distance, which knows nothing of
    eyes.
    """
    return np.square(np.asarray(images_a) - images_b).mean(axis=(1, 2, 3))


def walk(generator, seed_a: int, seed_b: int, space: str = "w", steps: int = 32) -> np.ndarray:
    """Styles (steps + 1, L, w_dim) from one seed to another: evenly along a line in W, or along a great
    circle in Z.

    A conditional network draws the class of the first seed all along.
    """
    z_a, z_b = (
        latents.from_seeds([seed], generator.z_dim).repeat(steps + 1, axis=0) for seed in (seed_a, seed_b)
    )
    if space == "z" and seed_a == seed_b:
        space = "w"  # no great circle leads from a point to itself; both spaces stand still
    t, labels = (
        np.linspace(0, 1, steps + 1, dtype="float32")[:, None],
        latents.labels_of(generator.config, [seed_a] * (steps + 1)),
    )
    return np.asarray(ends(generator, z_a, z_b, t, np.float32(0), space, labels)[0])


def lengths(images, distance: Callable = squared_difference) -> np.ndarray:
    """How far the images of a walk (S + 1, r, r, C) have gone at each step: (S + 1,), from 0 on, never
    falling.

    Args:
        distance: (images_a, images_b) -> (B,), a squared distance, such as those of ``metrics.distances``.
    """
    return np.concatenate(
        [[0.0], np.cumsum(np.sqrt(np.asarray(distance(images[:-1], images[1:]), "float64")))]
    )


def speedometer(gone, at: int) -> str:
    """SVG: the speed along the walk, a mark where it stands, and the length so far; ``gone`` as ``lengths``
    gives.
    """
    speed = np.diff(gone) * (len(gone) - 1)  # distance per unit of t
    top = max(float(speed.max()), 1e-12)
    width, height = 320, 130
    xs = np.repeat(np.linspace(0, width, len(gone)), 2)[1:-1]
    line = " ".join(
        f"{x:.1f},{height - 110 * s / top:.1f}" for x, s in zip(xs, np.repeat(speed, 2), strict=True)
    )
    x, now = width * at / (len(gone) - 1), speed[min(at, len(speed) - 1)]
    numbers = f"<b>speed {now:.3g}</b> per unit of t; gone {gone[at]:.3g} of {gone[-1]:.3g}"
    picture = (
        f'<svg width="{width + 10}" height="{height + 40}" viewBox="-5 0 {width + 10} {height + 40}" role="img" '
        f'aria-label="speed along the walk" font-family="sans-serif" font-size="12">'
        f'<rect width="{width}" height="{height}" fill="white" stroke="#767676"/>'
        f'<polyline points="{line}" fill="none" stroke="#0072B2" stroke-width="2"/>'
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}" stroke="#B34700" stroke-width="3"/>'
        f'<g fill="currentColor"><text x="0" y="{height + 16}">t = 0</text>'
        f'<text x="{width}" y="{height + 16}" text-anchor="end">t = 1</text>'
        f'<text x="{width / 2}" y="{height + 34}" text-anchor="middle">blue: speed, at most {top:.3g}; here: orange</text>'
        "</g></svg>"
    )
    return f"{picture}<br>{numbers}"


def interpolation(
    generator, seed_a: int = 0, seed_b: int = 1, distance: Callable = squared_difference, steps: int = 32
) -> Panel:
    """A slider for t along a walk from A to B; beside it the speed of the image, whose mean square is a path
    length.

    Args:
        distance: as in ``lengths``; a perceptual one tells what eyes see. steps: of the walk.
    """

    @functools.lru_cache(maxsize=2)
    def walked(seed_a, seed_b, space):
        ws = walk(generator, seed_a, seed_b, space, steps)
        batches = [
            synthesis(generator, ws[part]) for part in batches_of(len(ws), generator.config.resolution)
        ]
        images = np.concatenate(batches)
        return images, lengths(images, distance)

    def draw(seed_a, seed_b, space, t):
        images, gone = walked(seed_a, seed_b, SPACES[space])
        at = round(t * steps)
        row = [images[0], images[at], images[-1]]
        return labelled(
            [row], [""], [f"A: seed {seed_a}", f"t = {at / steps:.2f}", f"B: seed {seed_b}"], size=128
        ), speedometer(gone, at)

    controls = dict(
        seed_a=Seed(seed_a, "seed of A"),
        seed_b=Seed(seed_b, "seed of B"),
        space=ipywidgets.Dropdown(options=list(SPACES), description="space"),
        t=ipywidgets.FloatSlider(value=0.0, min=0.0, max=1.0, step=1 / steps, description="t"),
    )
    return Panel(
        draw, "A, the image at t, and B. The steps of t are even; those of the image are not.", **controls
    )

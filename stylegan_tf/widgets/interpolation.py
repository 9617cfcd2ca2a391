"""A walk between two latents, with a speedometer for the image (paper section 4.1; lesson 12)."""

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
    """Mean over the pixels of the squared difference, (B,).

    It is the plainest distance of all; what eyes see does not enter.
    """
    return np.square(np.asarray(images_a) - images_b).mean(axis=(1, 2, 3))


def walk(generator, seed_a: int, seed_b: int, space: str = "w", steps: int = 32) -> np.ndarray:
    """Styles (steps + 1, L, w_dim) from one seed to another, in even steps.

    A conditional network draws the class of the first seed all along.

    Args:
        space: "w" for a line in W, "z" for a great circle in Z.
    """
    if space == "z" and seed_a == seed_b:
        space = "w"  # no great circle leads from a point to itself; in both spaces nothing moves

    count = steps + 1
    z_a = latents.from_seeds([seed_a], generator.z_dim).repeat(count, axis=0)
    z_b = latents.from_seeds([seed_b], generator.z_dim).repeat(count, axis=0)
    t = np.linspace(0, 1, count, dtype="float32")[:, None]
    labels = latents.labels_of(generator.config, [seed_a] * count)
    ws, _ = ends(generator, z_a, z_b, t, np.float32(0), space, labels)
    return np.asarray(ws)


def lengths(images, distance: Callable = squared_difference) -> np.ndarray:
    """How far the images of a walk have gone at each step: (S + 1,), from 0 on, never falling.

    Args:
        images: (S + 1, r, r, C).
        distance: (images_a, images_b) -> (B,), a squared distance, such as those of ``metrics.distances``.
    """
    squared = np.asarray(distance(images[:-1], images[1:]), "float64")  # (S,)
    return np.concatenate([[0.0], np.cumsum(np.sqrt(squared))])


def speedometer(gone, at: int) -> str:
    """HTML with an SVG: the speed along the walk, a mark where it is now, and the length so far.

    Args:
        gone: as ``lengths`` gives it.
        at: the step where the walk is now.
    """
    # The speed, one value a step, as a line of steps.
    speed = np.diff(gone) * (len(gone) - 1)  # distance per unit of t
    top = max(float(speed.max()), 1e-12)
    width = 320
    height = 130
    xs = np.repeat(np.linspace(0, width, len(gone)), 2)[1:-1]
    ys = height - 110 * np.repeat(speed, 2) / top
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))

    # The mark, and the numbers there.
    x = width * at / (len(gone) - 1)
    now = speed[min(at, len(speed) - 1)]
    numbers = f"<b>speed {now:.3g}</b> per unit of t; gone {gone[at]:.3g} of {gone[-1]:.3g}"
    picture = (
        f'<svg width="{width + 10}" height="{height + 40}" '
        f'viewBox="-5 0 {width + 10} {height + 40}" role="img" '
        f'aria-label="speed along the walk" font-family="sans-serif" font-size="12">'
        f'<rect width="{width}" height="{height}" fill="white" stroke="#767676"/>'
        f'<polyline points="{line}" fill="none" stroke="#0072B2" stroke-width="2"/>'
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}" stroke="#B34700" stroke-width="3"/>'
        f'<g fill="currentColor"><text x="0" y="{height + 16}">t = 0</text>'
        f'<text x="{width}" y="{height + 16}" text-anchor="end">t = 1</text>'
        f'<text x="{width / 2}" y="{height + 34}" text-anchor="middle">'
        f"blue: speed, at most {top:.3g}; here: orange</text>"
        "</g></svg>"
    )
    return f"{picture}<br>{numbers}"


def interpolation(
    generator, seed_a: int = 0, seed_b: int = 1, distance: Callable = squared_difference, steps: int = 32
) -> Panel:
    """A slider for t along a walk from A to B, with the speed of the image.

    The mean square of the speed is a path length.

    Args:
        seed_a, seed_b: the first A and B.
        distance: as in ``lengths``; a perceptual one tells what eyes see.
        steps: of the walk.
    """

    @functools.lru_cache(maxsize=2)
    def walked(seed_a, seed_b, space):
        ws = walk(generator, seed_a, seed_b, space, steps)
        parts = batches_of(len(ws), generator.config.resolution)
        images = np.concatenate([synthesis(generator, ws[part]) for part in parts])
        return images, lengths(images, distance)

    def draw(seed_a, seed_b, space, t):
        images, gone = walked(seed_a, seed_b, SPACES[space])
        at = round(t * steps)
        row = [images[0], images[at], images[-1]]
        names = [f"A: seed {seed_a}", f"t = {at / steps:.2f}", f"B: seed {seed_b}"]
        return labelled([row], [""], names, size=128), speedometer(gone, at)

    # The controls, and the panel.
    controls = dict(
        seed_a=Seed(seed_a, "seed of A"),
        seed_b=Seed(seed_b, "seed of B"),
        space=ipywidgets.Dropdown(options=list(SPACES), description="space"),
        t=ipywidgets.FloatSlider(value=0.0, min=0.0, max=1.0, step=1 / steps, description="t"),
    )
    alt = "A, the image at t, and B. The steps of t are even; those of the image are not."
    return Panel(draw, alt, **controls)

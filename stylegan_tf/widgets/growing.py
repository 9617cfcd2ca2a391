"""Lesson 02: a block that fades in, old branch, new branch and their blend."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import ipywidgets
import numpy as np
from PIL import Image

from stylegan_tf.figures.layout import labelled
from stylegan_tf.networks.layers import upsample
from stylegan_tf.widgets.parts.compiled import styles, synthesis
from stylegan_tf.widgets.parts.panel import Panel


def branches(generator, seeds: Sequence[int], resolution: int) -> tuple[np.ndarray, np.ndarray]:
    """What the two outputs of a growing generator draw: old and new, (B, r, r, C) each.

    r is ``resolution``. The old one is drawn at r / 2 and its pixels are repeated. The new one is drawn by
    the block at r.

    Raises:
        ValueError: for a resolution that the network does not grow to.
    """
    grown = generator.config.resolutions[1:]
    if resolution not in grown:
        choices = ", ".join(map(str, grown))
        raise ValueError(f"resolution is {resolution}; this network grows to {choices}")
    ws = styles(generator, seeds)
    old = upsample(synthesis(generator, ws, resolution=resolution // 2))
    return np.asarray(old), synthesis(generator, ws, resolution=resolution)


def fading(
    generator, seeds: Sequence[int], resolution: int, alphas: Sequence[float], ends=None
) -> Image.Image:
    """Old branch, the blends at some alphas, new branch: one row each, one column per seed (ProGAN figure 2).

    Args:
        ends: what ``branches`` gives for these seeds, if it is known already.
    """
    old, new = ends or branches(generator, seeds, resolution)
    ws = styles(generator, seeds)
    blends = [synthesis(generator, ws, resolution=resolution, alpha=alpha) for alpha in alphas]
    rows = [list(images) for images in (old, *blends, new)]

    half = resolution // 2
    row_names = [
        f"old branch\n{half}x{half}, repeated",
        *(f"alpha = {alpha:g}" for alpha in alphas),
        f"new branch\n{resolution}x{resolution}",
    ]
    return labelled(rows, row_names, [f"seed {seed}" for seed in seeds], size=64)


def growing(generator, seeds: Sequence[int] = range(6), resolution: int | None = None) -> Panel:
    """A slider for alpha: 0 shows the old branch, 1 the new one.

    Args:
        seeds: a column of images for each.
        resolution: the block that fades, by default the last.
    """
    sides = generator.config.resolutions[1:]

    @functools.cache
    def ends(resolution):
        return branches(generator, seeds, resolution)

    def draw(resolution, alpha):
        return fading(generator, seeds, resolution, [alpha], ends(resolution))

    # The controls, and the panel.
    controls = dict(
        resolution=ipywidgets.SelectionSlider(
            options=sides, value=resolution or sides[-1], description="resolution"
        ),
        alpha=ipywidgets.FloatSlider(value=0.5, min=0.0, max=1.0, step=0.05, description="alpha"),
    )
    alt = "Upper row: the old branch. Lower row: the new one. Between them what the network draws."
    return Panel(draw, alt, **controls)

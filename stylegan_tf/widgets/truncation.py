"""Truncation: a slider for psi (lessons 00 and 10)."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np
from PIL import Image

from stylegan_tf import latents
from stylegan_tf.figures.layout import grid
from stylegan_tf.widgets.parts.compiled import styles, synthesis
from stylegan_tf.widgets.parts.panel import Panel


def truncated(generator, seeds: Sequence[int], psi: float, cutoff: int | None = None) -> Image.Image:
    """The images of some seeds at one psi, in a row."""
    ws = latents.truncate(styles(generator, seeds), generator.w_avg, np.float32(psi), cutoff)
    images = synthesis(generator, ws)
    return grid(images, len(images), scale=max(1, 96 // generator.config.resolution), gap=1)


def truncation(generator, seeds: Sequence[int] = range(8)) -> Panel:
    """A slider for psi.

    1 leaves the images alone, 0 gives the mean image, and below 0 they turn into their opposites.
    """

    def draw(psi):
        return truncated(generator, seeds, psi)

    psi = ipywidgets.FloatSlider(value=1.0, min=-1.0, max=1.5, step=0.05, description="psi")
    return Panel(draw, "The same seeds; psi pulls all of them to the mean.", psi=psi)

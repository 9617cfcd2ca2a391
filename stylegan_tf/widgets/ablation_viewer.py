"""Configurations side by side: the same seeds in every network (paper table 1; lesson 15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets
import numpy as np
from PIL import Image

from stylegan_tf import latents
from stylegan_tf.figures.layout import labelled
from stylegan_tf.widgets.parts.compiled import styles, synthesis
from stylegan_tf.widgets.parts.controls import Seed
from stylegan_tf.widgets.parts.panel import Panel


def side_by_side(generators: Mapping, seeds: Sequence[int], psi: float = 1.0) -> Image.Image:
    """A row per network, a column per seed.

    A seed is the same z everywhere, which each network reads in its own way.
    """
    rows = []
    for generator in generators.values():
        ws = latents.truncate(styles(generator, seeds), generator.w_avg, np.float32(psi))
        rows.append(list(synthesis(generator, ws)))
    return labelled(rows, list(generators), [f"seed {seed}" for seed in seeds], size=64)


def ablation_viewer(generators: Mapping, count: int = 8, seed: int = 0) -> Panel:
    """Pick configurations, and see the same seeds of each, one below the other.

    Args:
        generators: name -> generator, of any resolution and channel count each.
        count: number of seeds.
        seed: the first of them.

    Raises:
        ValueError: without a generator.
    """
    if not generators:
        raise ValueError("there are no generators; give a dict such as {'A': generator_a, 'F': generator_f}")

    def draw(shown, seed, psi):
        if not shown:
            raise ValueError("no configuration is chosen; choose one or more in the list")
        return side_by_side({name: generators[name] for name in shown}, range(seed, seed + count), psi)

    names = list(generators)
    rows = min(len(names), 8)
    # The controls, and the panel.
    controls = dict(
        shown=ipywidgets.SelectMultiple(options=names, value=names, rows=rows, description="configurations"),
        seed=Seed(seed, "first seed"),
        psi=ipywidgets.FloatSlider(value=1.0, min=-1.0, max=1.5, step=0.05, description="psi"),
    )
    alt = "A row per configuration, a column per seed. Ctrl or Shift chooses several."
    return Panel(draw, alt, **controls)

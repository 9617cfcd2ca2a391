"""Labels: a class and a seed of a conditional generator (lesson 18)."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np
from PIL import Image

from stylegan_tf import latents
from stylegan_tf.figures.layout import labelled
from stylegan_tf.widgets.parts.compiled import styles, synthesis
from stylegan_tf.widgets.parts.controls import Seed
from stylegan_tf.widgets.parts.panel import Panel


def of_classes(generator, classes: Sequence[int], seeds: Sequence[int], psi: float = 1.0) -> Image.Image:
    """A row for each class, a column for each seed: the same z in every row.

    Raises:
        ValueError: for a class that the network does not have.
    """
    rows = []
    for label in classes:
        ws = latents.truncate(styles(generator, seeds, label=label), generator.w_avg, np.float32(psi))
        rows.append(list(synthesis(generator, ws)))
    names = [f"class {label}" for label in classes]
    return labelled(rows, names, [f"seed {seed}" for seed in seeds], size=64)


def class_and_seed(generator, count: int = 8, label: int = 0, seed: int = 0) -> Panel:
    """Choose a class, and see some seeds of it.

    Args:
        generator: a conditional one.
        count: seeds that are shown.
        label, seed: the first class and seed.

    Raises:
        ValueError: for a network without labels, or a class that it does not have.
    """
    classes = generator.config.label_dim
    if not classes:
        raise ValueError(
            "this generator has no labels (label_dim=0 in its Config); take a conditional one, such as "
            'pretrained("mnist32_labels")'
        )
    latents.labels_of(generator.config, [seed], label)  # raises for a class that it lacks

    def draw(label, seed, psi):
        return of_classes(generator, [label], range(seed, seed + count), psi)

    # The controls, and the panel.
    controls = dict(
        label=ipywidgets.IntSlider(value=label, min=0, max=classes - 1, description="class"),
        seed=Seed(seed, "first seed"),
        psi=ipywidgets.FloatSlider(value=1.0, min=-1.0, max=1.5, step=0.05, description="psi"),
    )
    return Panel(draw, "The same seeds in whatever class is chosen.", **controls)

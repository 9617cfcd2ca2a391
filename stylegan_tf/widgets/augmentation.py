"""Augmentation: what the discriminator sees of some pictures, by the probability p (lesson 18)."""

from __future__ import annotations

import ipywidgets
import numpy as np

from stylegan_tf.figures.layout import labelled
from stylegan_tf.training.augmentation import augment
from stylegan_tf.training.random_draws import Draw
from stylegan_tf.widgets.parts.controls import Seed
from stylegan_tf.widgets.parts.panel import Panel

GROUPS = {
    "moves by whole pixels": "blit",
    "turns and stretches": "geometry",
    "colours": "colour",
}
ALL = tuple(GROUPS.values())


def augmented(images, p: float, groups=ALL, seed: int = 0) -> np.ndarray:
    """Pictures (N, r, r, C) in [-1, 1] as D sees them: each augmentation happens with the probability p.

    Args:
        groups: of "blit", "geometry" and "colour".
        seed: of all chances.
    """
    images = np.asarray(images, "float32")
    return np.clip(augment(images, np.float32(p), Draw(seed, np.int64(0)), list(groups)), -1, 1)


def augmentation(images, p: float = 0.3) -> Panel:
    """What D sees of some pictures: p, the groups of augmentations, and another draw of all chances.

    Args:
        images: (N, r, r, C) in [-1, 1]; about eight are shown well.
        p: the probability at first.
    """
    images = np.asarray(images, "float32")

    def draw(p, groups, seed):
        seen = augmented(images, p, [GROUPS[name] for name in groups], seed)
        rows = [list(images), list(seen)]
        return labelled(rows, ["the picture", "what D sees"], [""] * len(images), size=96)

    # The controls, and the panel.
    names = list(GROUPS)
    controls = dict(
        p=ipywidgets.FloatSlider(value=p, min=0.0, max=1.0, step=0.05, description="p"),
        groups=ipywidgets.SelectMultiple(options=names, value=names, rows=len(names), description="groups"),
        seed=Seed(0, "seed"),
    )
    alt = (
        "Above the pictures, below what the discriminator sees of them. Ctrl or Shift chooses several groups."
    )
    return Panel(draw, alt, **controls)

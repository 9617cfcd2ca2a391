"""Trees of 8x8 pixels that all stand upright: does a generator draw them turned, if D sees them turned?

Lesson 18 shows the leak of augmentation with them. A network of this size trains in half a minute.
"""

from __future__ import annotations

import numpy as np

from stylegan_tf.config import Config
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.data.source import Images
from stylegan_tf.presets import preset

SIDE = 8
DIRECTIONS = ("up", "left", "down", "right")  # where a tip points after 0 to 3 quarter turns to the left


def draw_trees(count: int, seed: int = 0) -> np.ndarray:
    """Upright trees of chance height, width, place and brightness: uint8 (count, 8, 8, 1)."""
    rng = np.random.default_rng(seed)
    height = rng.uniform(3, 7, (count, 1, 1))
    width = rng.uniform(2.5, 4.5, (count, 1, 1))  # half of the lowest branch
    middle = rng.uniform(2.5, 4.5, (count, 1, 1))
    brightness = rng.uniform(0.7, 1, (count, 1, 1))

    # Half the width of the crown at each row; below it, the trunk is half a pixel wide to either side.
    y, x = np.mgrid[:SIDE, :SIDE]
    crown = np.where(y < height, width * np.clip((y + 1) / height, 0, 1), 0)
    covered = np.clip(crown - np.abs(x - middle) + 0.5, 0, 1)  # share of each pixel
    return (255 * brightness * covered).astype("uint8")[..., None]


def load_trees(count: int = 4000) -> Images:
    """Trees as a data set."""
    return Images(draw_trees(count), name="trees")


def directions(images) -> np.ndarray:
    """Where the trees of pictures (N, 8, 8, 1) in [-1, 1] point, as places in ``DIRECTIONS``, (N,).

    A picture points where the drawn tree points that is most like it, of 500 trees in four directions each.
    """
    drawn = to_unit_range(draw_trees(500, seed=1))
    turned = np.concatenate([np.rot90(drawn, turns, axes=(1, 2)) for turns in range(4)])
    known = turned.reshape(len(turned), -1)  # (2000, 64)
    asked = np.asarray(images).reshape(len(images), -1)  # (N, 64)
    distances = (asked**2).sum(axis=1)[:, None] + (known**2).sum(axis=1) - 2 * asked @ known.T
    return distances.argmin(axis=1) // len(drawn)


def config(p: float, kimg: float = 24, seed: int = 0) -> Config:
    """A small network for trees; D sees each flip, quarter turn and shift with probability p.

    Args:
        p: 0 to 1.
        kimg: length of the run.
        seed: of all random draws.
    """
    return preset("mnist32").replace(
        resolution=SIDE,
        start_resolution=SIDE,
        stage_kimg={SIDE: (0, kimg)},
        total_kimg=kimg,
        tick_kimg={SIDE: kimg / 4},
        time_shares={},
        ema_kimg=1.0,
        augment="fixed" if p else "none",
        augment_groups="blit",
        augment_p=p,
        seed=seed,
    )

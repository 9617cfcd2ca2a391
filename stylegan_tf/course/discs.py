"""Discs of sand, 16x16: what is a disc's place and size, and what is chance?

Lesson 06 trains a generator of them with noise and one without. Each takes about half a minute on two cores.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter

from stylegan_tf.config import Config
from stylegan_tf.data.source import Images
from stylegan_tf.presets import preset

SIDE = 16
GROUND = 20  # brightness around a disc
GRAINS = (60, 220)  # dark or bright, each by chance
INSIDE = 75  # where the mean of 5x5 pixels is brighter, there is sand
LEAST_COMMON = 12  # pixels of two discs that lie on each other; grains in fewer are not compared


def draw_discs(count: int, seed: int = 0) -> np.ndarray:
    """Discs of chance place and size, each grain dark or bright by chance: uint8 (count, 16, 16, 1)."""
    rng = np.random.default_rng(seed)
    middle = (SIDE - 1) / 2
    row, column = middle + rng.uniform(-3, 3, (2, count, 1, 1))
    radius = rng.uniform(3, 5.5, (count, 1, 1))
    grains = rng.choice(GRAINS, (count, SIDE, SIDE))

    y, x = np.mgrid[:SIDE, :SIDE]
    distance = np.hypot(y - row, x - column)
    covered = np.clip(radius - distance + 0.5, 0, 1)  # share of each pixel
    return (GROUND + covered * (grains - GROUND)).astype("uint8")[..., None]


def load_discs(count: int = 10_000) -> Images:
    """Discs as a data set."""
    return Images(draw_discs(count), name="discs")


def config(noise: bool, kimg: float = 12, seed: int = 0) -> Config:
    """A small network for discs, not grown.

    Args:
        noise: whether the generator gets noise.
        kimg: length of the run.
        seed: of all random draws.
    """
    return preset("mnist32").replace(
        resolution=SIDE,
        progressive=False,
        z_dim=16,
        w_dim=16,
        mapping_width=16,
        mapping_lr=0.1,
        fmap_max=32,
        batch_size=8,
        mixing_probability=0.0,
        noise=noise,
        total_kimg=kimg,
        stage_kimg={},
        time_shares={},
        tick_kimg={SIDE: kimg / 4},
        ema_kimg=2.0,
        seed=seed,
    )


def middles(images) -> np.ndarray:
    """Where the discs of uint8 pictures (N, 16, 16, 1) lie: row and column of their middle, (N, 2)."""
    sand = _sand(images)
    y, x = np.mgrid[:SIDE, :SIDE]
    pixels = np.maximum(sand.sum(axis=(1, 2)), 1)
    return np.stack([(sand * axis).sum(axis=(1, 2)) / pixels for axis in (y, x)], axis=1)


def same_grains(images, others) -> float:
    """Mean correlation of the grains of two sets of pictures, uint8 (N, 16, 16, 1), picture by picture.

    Where both discs lie, and after the mean of 5x5 pixels is taken away: 1 for the same grains, 0 for grains
    that have nothing to do with each other. Pairs whose discs hardly touch do not count.
    """
    both = _sand(images) & _sand(others)  # (N, 16, 16)
    grains = _grains(images)
    other_grains = _grains(others)
    found = []
    for place in np.flatnonzero(both.sum(axis=(1, 2)) >= LEAST_COMMON):
        common = both[place]
        found.append(np.corrcoef(grains[place][common], other_grains[place][common])[0, 1])
    return float(np.mean(found))


def _blurred(images):
    """The mean of the 5x5 pixels around each, (N, 16, 16)."""
    return uniform_filter(np.asarray(images)[..., 0].astype("float32"), (0, 5, 5))


def _sand(images):
    """Where there is sand, (N, 16, 16)."""
    return _blurred(images) > INSIDE


def _grains(images):
    """What is left of pictures without their blurred copy, (N, 16, 16)."""
    return np.asarray(images)[..., 0].astype("float32") - _blurred(images)

"""A generator as two graphs, mapping and synthesis.

They are several times faster than its layers one by one.
"""

from __future__ import annotations

import functools

import numpy as np
import tensorflow as tf

from stylegan_tf import latents
from stylegan_tf.networks.graphs import fresh_graph


@functools.lru_cache(maxsize=8)
def _mapping(generator):
    """z to ws. A network keeps its graph until eight others have been drawn."""

    def styles_of(z, labels):
        return generator.broadcast(generator.mapping(z, labels))

    return fresh_graph(styles_of, reduce_retracing=True)


@functools.lru_cache(maxsize=32)
def _synthesis(generator, resolution, noise, blends):
    """ws, maps of noise and alpha to images.

    Args:
        noise: "maps" for those that are given; another word is passed on to ``synthesis``.
        blends: whether alpha counts; without it the graph has no old branch.
    """

    def draw(ws, maps, alpha):
        if noise != "maps":
            maps = noise
        if not blends:
            alpha = 1.0
        return generator.synthesis(ws, resolution=resolution, alpha=alpha, noise=maps)

    return fresh_graph(draw, reduce_retracing=True)


def styles(generator, seeds, draw=latents.from_seeds, label: int | None = None) -> np.ndarray:
    """The ws (B, L, w_dim) of some seeds, as ``sampling.styles_of``."""
    z = draw(seeds, generator.z_dim)
    labels = latents.labels_of(generator.config, seeds, label)
    return _mapping(generator)(z, labels).numpy()


def codes(generator, z, seed: int = 0) -> np.ndarray:
    """The w (B, w_dim) of latents z (B, z_dim); a conditional network takes the class of ``seed``."""

    def given(seeds, z_dim):
        return tf.convert_to_tensor(z, "float32")

    return styles(generator, [seed] * len(z), given)[:, 0]


def synthesis(generator, ws, noise="fixed", resolution: int | None = None, alpha: float = 1.0) -> np.ndarray:
    """Images (B, r, r, C) of ws (B, L, w_dim), as ``generator.synthesis``.

    Each kind of noise and each resolution is traced once, which takes some seconds. So are the first two
    batch sizes; then one graph serves all. An alpha of 1 has its own graph, without the old branch.
    """
    if isinstance(noise, str):
        kind = noise
        maps = None
    else:
        kind = "maps"
        maps = noise
    graph = _synthesis(generator, resolution, kind, alpha != 1)
    return graph(tf.convert_to_tensor(ws, "float32"), maps, tf.constant(alpha, "float32")).numpy()

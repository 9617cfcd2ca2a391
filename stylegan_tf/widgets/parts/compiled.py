"""A generator as two graphs, mapping and synthesis: several times faster than its layers called one by one."""

from __future__ import annotations

import functools

import numpy as np
import tensorflow as tf

from stylegan_tf import latents


def _graph(function):
    graph = tf.function(function, reduce_retracing=True, autograph=False)
    graph._omit_frequent_tracing_warning = (
        True  # TensorFlow takes several networks traced from one line for a slip
    )
    return graph


@functools.lru_cache(maxsize=8)
def _mapping(generator):
    """z to ws. A network keeps its graph until eight others have been drawn."""
    return _graph(lambda z, labels: generator.broadcast(generator.mapping(z, labels)))


@functools.lru_cache(maxsize=32)
def _synthesis(generator, resolution, noise, blends):
    """ws, maps of noise and alpha to images. ``noise``: "maps" takes those given, another word is that of
    ``synthesis``.

    One function for each case, since TensorFlow warns of a function that is traced for many.
    """

    def draw(ws, maps, alpha):
        given = dict(alpha=alpha if blends else 1.0, noise=maps if noise == "maps" else noise)
        return generator.synthesis(ws, resolution=resolution, **given)

    return _graph(draw)


def styles(generator, seeds, draw=latents.from_seeds) -> np.ndarray:
    """The ws (B, L, w_dim) of some seeds, as ``layout.styles_of``."""
    return _mapping(generator)(
        draw(seeds, generator.z_dim), latents.labels_of(generator.config, seeds)
    ).numpy()


def codes(generator, z, seed: int = 0) -> np.ndarray:
    """The w (B, w_dim) of latents z (B, z_dim); a conditional network takes the class of ``seed``."""
    return styles(generator, [seed] * len(z), lambda *_: tf.convert_to_tensor(z, "float32"))[:, 0]


def synthesis(generator, ws, noise="fixed", resolution: int | None = None, alpha: float = 1.0) -> np.ndarray:
    """Images (B, r, r, C) of ws (B, L, w_dim), as ``generator.synthesis``.

    Each kind of noise and each resolution is traced once, which takes some seconds; so are the first two
    batch sizes, then one graph serves all; an alpha of 1 has a graph of its own, without the old branch.
    """
    kind, maps = (noise, None) if isinstance(noise, str) else ("maps", noise)
    graph = _synthesis(generator, resolution, kind, alpha != 1)
    return graph(tf.convert_to_tensor(ws, "float32"), maps, tf.constant(alpha, "float32")).numpy()

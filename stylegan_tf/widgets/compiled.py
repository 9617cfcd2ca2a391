"""A generator as two graphs, mapping and synthesis: several times faster than its layers called one by one."""

from __future__ import annotations

import functools

import numpy as np
import tensorflow as tf

from stylegan_tf import latents


@functools.lru_cache(maxsize=8)
def _graphs(generator):
    """Mapping and synthesis. A network keeps its graphs until eight others have been drawn."""
    options = dict(reduce_retracing=True, autograph=False)
    mapping = tf.function(lambda z, labels: generator.broadcast(generator.mapping(z, labels)), **options)

    def draw(ws, noise, resolution, alpha):
        return generator.synthesis(ws, resolution=resolution, alpha=alpha, noise=noise)

    return mapping, tf.function(draw, **options)


def styles(generator, seeds, draw=latents.from_seeds) -> np.ndarray:
    """The ws (B, L, w_dim) of some seeds, as ``layout.styles_of``."""
    return _graphs(generator)[0](draw(seeds, generator.z_dim), latents.labels_of(generator.config, seeds)).numpy()


def codes(generator, z, seed: int = 0) -> np.ndarray:
    """The w (B, w_dim) of latents z (B, z_dim); a conditional network takes the class of ``seed``."""
    return styles(generator, [seed] * len(z), lambda *_: tf.convert_to_tensor(z, "float32"))[:, 0]


def synthesis(generator, ws, noise="fixed", resolution: int | None = None, alpha: float = 1.0) -> np.ndarray:
    """Images (B, r, r, C) of ws (B, L, w_dim), as ``generator.synthesis``.

    Each kind of noise and each resolution is traced once, which takes some seconds; so is each of the first batch sizes, until
    one graph serves all; an alpha of 1 has a graph of its own, without the old branch.
    """
    alpha = 1.0 if alpha == 1 else tf.constant(alpha, "float32")
    return _graphs(generator)[1](tf.convert_to_tensor(ws, "float32"), noise, resolution, alpha).numpy()

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
    synthesis = tf.function(lambda ws, noise: generator.synthesis(ws, noise=noise), **options)
    return mapping, synthesis


def styles(generator, seeds, draw=latents.from_seeds) -> np.ndarray:
    """The ws (B, L, w_dim) of some seeds, as ``layout.styles_of``."""
    return _graphs(generator)[0](draw(seeds, generator.z_dim), latents.labels_of(generator.config, seeds)).numpy()


def synthesis(generator, ws, noise="fixed") -> np.ndarray:
    """Images (B, r, r, C) of ws (B, L, w_dim), as ``generator.synthesis``.

    Each kind of noise is traced once, which takes some seconds; so is each of the first batch sizes, until one graph serves all.
    """
    return _graphs(generator)[1](tf.convert_to_tensor(ws, "float32"), noise).numpy()

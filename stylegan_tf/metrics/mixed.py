"""Images that take their styles from several latents: how well a network holds up against mixing (paper Table
2).
"""

from __future__ import annotations

import numpy as np


class MixedLatents:
    """A generator whose images each come from ``count`` latents, with the crossover points between them drawn
    at random.

    It serves where a Generator is sampled: ``evaluate(MixedLatents(G, 3), ...)``. The first latent is the one
    that is given.

    Args:
        generator: a Generator with styles. count: latents of an image, 1 to the number of its layers; 1
            changes nothing.
        seed: of the other latents and the points; calls go on in one stream.

    Raises:
        ValueError: for another count, or a generator without styles, where there is nothing to mix.
    """

    def __init__(self, generator, count: int, seed: int = 0):
        layers = generator.config.num_layers
        if not 1 <= count <= layers:
            raise ValueError(f"{count} latents cannot share {layers} layers; give 1 to {layers}")
        if not generator.config.styles:
            raise ValueError("this generator has no styles (styles is False); mixing wants a style-based one")
        self.generator, self.config, self.count = generator, generator.config, count
        self.z_dim, self.mapping, self.broadcast = generator.z_dim, generator.mapping, generator.broadcast
        self.rng = np.random.default_rng([seed, 2, count])

    def __call__(self, z, labels=None, noise="random"):
        """z (B, z_dim) -> images (B, r, r, C)."""
        size, layers = len(z), self.config.num_layers
        others = self.rng.standard_normal((self.count - 1, size, self.z_dim)).astype("float32")
        w = np.stack([np.asarray(self.mapping(one, labels)) for one in (z, *others)])  # (count, B, D)
        points = self.rng.permuted(np.tile(np.arange(1, layers), (size, 1)), axis=1)[:, : self.count - 1]
        owner = (np.arange(layers)[:, None] >= points[:, None, :]).sum(
            axis=2
        )  # (B, L): which latent a layer takes
        return self.generator.synthesis(w[owner, np.arange(size)[:, None]], noise=noise)

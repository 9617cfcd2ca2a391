"""Images from several latents: how well a network holds up against style mixing (paper Table 2)."""

from __future__ import annotations

import numpy as np

from stylegan_tf.networks.float32 import in_float32


class MixedLatents:
    """A generator whose images each take their styles from ``count`` latents.

    The crossover points between the latents are drawn at random. It can be used where a Generator is
    sampled: ``evaluate(MixedLatents(G, 3), ...)``. The first latent is the one that is given.

    Args:
        generator: a Generator with styles.
        count: latents of an image, 1 to the number of its layers; 1 changes nothing.
        seed: of the other latents and the points. Each call draws further ones.

    Raises:
        ValueError: for another count, or a generator without styles, where there is nothing to mix.
    """

    def __init__(self, generator, count: int, seed: int = 0):
        layers = generator.config.num_layers
        if not 1 <= count <= layers:
            raise ValueError(f"{count} latents cannot share {layers} layers; give 1 to {layers}")
        if not generator.config.styles:
            raise ValueError("this generator has no styles (styles is False); mixing needs a style-based one")
        generator = in_float32(generator)
        self.generator = generator
        self.count = count
        self.rng = np.random.default_rng([seed, 2, count])

        # What a metric asks of a generator.
        self.config = generator.config
        self.z_dim = generator.z_dim
        self.mapping = generator.mapping
        self.broadcast = generator.broadcast

    def __call__(self, z, labels=None, noise="random"):
        """z (B, z_dim) -> images (B, r, r, C)."""
        size = len(z)
        layers = self.config.num_layers

        # The other latents, and the w of all of them.
        others = self.rng.standard_normal((self.count - 1, size, self.z_dim)).astype("float32")
        w = np.stack([np.asarray(self.mapping(one, labels)) for one in (z, *others)])  # (count, B, w_dim)

        # Different crossover points for each image. The points at or below a layer say which latent it takes.
        possible = np.tile(np.arange(1, layers), (size, 1))
        points = self.rng.permuted(possible, axis=1)[:, : self.count - 1]  # (B, count - 1)
        owner = (np.arange(layers)[:, None] >= points[:, None, :]).sum(axis=2)  # (B, L)

        ws = w[owner, np.arange(size)[:, None]]  # (B, L, w_dim)
        return self.generator.synthesis(ws, noise=noise)

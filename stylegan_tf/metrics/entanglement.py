"""What decides the picture: the latent, or the noise?"""

from __future__ import annotations

import numpy as np

from stylegan_tf.generator import Generator
from stylegan_tf.layout import images_of


def z_share(
    generator: Generator, resolution: int | None = None, alpha: float = 1.0, latents: int = 16, noises: int = 4, seed: int = 0
) -> float:
    """Share of the pixels' variance that z explains; the noise explains the rest.

    ``latents`` codes are each drawn with ``noises`` sets of noise maps (shared by the codes). The variance between codes
    is corrected for the noise left in their means. Returns a float, 1 for a generator without noise.
    """
    c = generator.config
    resolution = resolution or c.resolution
    sides = [r for r in c.resolutions if r <= resolution for _ in range(2)]
    rng, seeds = np.random.default_rng(seed), range(seed, seed + latents)
    maps = [[rng.standard_normal((1, r, r, 1)).astype("float32") for r in sides] for _ in range(noises)]
    call = dict(resolution=resolution, alpha=np.float32(alpha))
    images = np.stack([images_of(generator, seeds, noise=noise, **call) for noise in maps])
    images = images.reshape(noises, latents, -1).astype("float64")
    within = images.var(axis=0, ddof=1).mean(axis=0).sum()
    between = images.mean(axis=0).var(axis=0, ddof=1).sum() - within / noises
    return float(np.clip(between / max(between + within, 1e-12), 0.0, 1.0))

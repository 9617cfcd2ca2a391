"""From seeds to styles to images, as many at once as fit in memory. Figures, metrics and widgets share it."""

from __future__ import annotations

import numpy as np

from stylegan_tf.latents.codes import from_seeds, labels_of


def images_at_once(resolution: int) -> int:
    """How many images a generator draws in one call, so that they fit in memory.

    1,000 at 32x32, 16 at 256x256, one at 1024x1024.
    """
    return int(np.clip(2**20 // resolution**2, 1, 1000))


def batches_of(count: int, resolution: int) -> list[range]:
    """0 ... ``count`` - 1 in ranges of at most ``images_at_once`` numbers."""
    size = images_at_once(resolution)
    return [range(start, min(start + size, count)) for start in range(0, count, size)]


def styles_of(generator, seeds, draw=from_seeds, label: int | None = None) -> np.ndarray:
    """The styles ws (B, L, w_dim) of some seeds.

    Args:
        generator: anything with ``z_dim``, ``config``, ``mapping`` and ``broadcast``.
        draw: (seeds, z_dim) -> z, such as ``latents.from_official_seeds``.
        label: the class of all, for a conditional generator; without it they take the classes in turn.
    """
    z = draw(seeds, generator.z_dim)
    labels = labels_of(generator.config, seeds, label)
    return np.asarray(generator.broadcast(generator.mapping(z, labels)))


def images_of(generator, seeds, noise="fixed", label: int | None = None, **call) -> np.ndarray:
    """The images (B, r, r, C) of some seeds, not clipped.

    Args:
        noise: as for the generator.
        label: the class of all, for a conditional generator; without it they take the classes in turn.
        call: its further arguments, such as psi.
    """
    # All latents first: they are small, and seed 7 gives the same face in any batch.
    seeds = np.array(seeds)
    z = from_seeds(seeds, generator.z_dim)
    labels = labels_of(generator.config, seeds, label)

    images = []
    for batch in batches_of(len(seeds), generator.config.resolution):
        given = None if labels is None else labels[batch]
        images.append(np.asarray(generator(z[batch], labels=given, noise=noise, **call)))
    return np.concatenate(images)

"""Samples of a generator, a batch at a time, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from stylegan_tf.latents.codes import labels_of, noise_list
from stylegan_tf.networks.float32 import in_float32
from stylegan_tf.networks.sampling import images_at_once


class Sample(NamedTuple):
    """A batch of latents and their images.

    Attributes:
        z: (B, z_dim).
        w: (B, w_dim), before truncation.
        images: (B, r, r, C), nominally in [-1, 1], not clipped.
    """

    z: np.ndarray
    w: np.ndarray
    images: np.ndarray


def batches(
    generator,
    count: int,
    seed: int = 0,
    batch_size: int | None = None,
    noise="random",
    progress: bool = False,
    **call,
) -> Iterator[Sample]:
    """``count`` samples in batches; further arguments, such as psi, go to the generator.

    A conditional generator draws its classes in turn. All is computed in float32.

    Args:
        count: samples in all.
        seed: of the latents, and of the random noise maps, one set per image.
        batch_size: samples at a time; 1000 by default, and fewer for images larger than 32x32, so that they
            fit in memory.
        noise: "random" for the maps of ``seed``; anything else goes to the generator as it is.
        progress: show a progress bar.
    """
    if batch_size is None:
        batch_size = images_at_once(generator.config.resolution)
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}; give 1 or more, or None for as many as fit in memory")
    generator = in_float32(generator)

    # Latents and noise have a stream each, so that noise changes no latent.
    latents_stream = np.random.default_rng(seed)
    noise_stream = np.random.default_rng([seed, 1])
    with tqdm(total=count, unit="image", disable=not progress) as bar:
        for start in range(0, count, batch_size):
            size = min(batch_size, count - start)
            z = latents_stream.standard_normal((size, generator.z_dim)).astype("float32")
            labels = labels_of(generator.config, range(start, start + size))
            if noise == "random":
                maps = noise_list(generator.config, noise_stream, size)
            else:
                maps = noise
            images = np.asarray(generator(z, labels=labels, noise=maps, **call))
            yield Sample(z, np.asarray(generator.mapping(z, labels)), images)
            bar.update(size)


def draw_images(generator, count: int, seed: int = 0, batch_size: int = 250, **call) -> np.ndarray:
    """``count`` images (count, r, r, C) of latents drawn from ``seed``, not clipped.

    Further arguments are those of ``batches``.
    """
    drawn = batches(generator, count, seed, batch_size, **call)
    return np.concatenate([batch.images for batch in drawn])


def with_attributes(
    generator, attributes: Callable, count: int, **options
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Latents of ``count`` images and their attributes: what ``linear_separability`` needs.

    Args:
        attributes: images (B, r, r, C) in [-1, 1], not clipped -> P(attribute) (B, K).
        options: as for ``batches``, such as ``seed``.

    Returns:
        z (N, z_dim), w (N, w_dim) and P(attribute) (N, K).
    """
    parts = [(z, w, attributes(images)) for z, w, images in batches(generator, count, **options)]
    z, w, probabilities = (np.concatenate(part) for part in zip(*parts, strict=True))
    return z, w, probabilities

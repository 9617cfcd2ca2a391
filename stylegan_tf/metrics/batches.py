"""Samples of a generator, a batch at a time, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from stylegan_tf.latents.codes import labels_of, noise_list


class Sample(NamedTuple):
    """A batch: ``z`` (B, z_dim), ``w`` (B, w_dim) before truncation, and its ``images`` (B, r, r, C), not
    clipped.
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

    Latents and random noise maps (one set per image) are drawn from ``seed``. A conditional generator draws
    its classes in turn. ``batch_size`` is 1000 by default, less for images of more than 32x32, so that they
    fit in memory.
    """
    batch_size = batch_size or int(np.clip(2**20 // generator.config.resolution**2, 1, 1000))
    latents, maps = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    with tqdm(total=count, unit="image", disable=not progress) as bar:
        for start in range(0, count, batch_size):
            size = min(batch_size, count - start)
            z = latents.standard_normal((size, generator.z_dim)).astype("float32")
            labels = labels_of(generator.config, range(start, start + size))
            given = noise_list(generator.config, maps, size) if noise == "random" else noise
            images = np.asarray(generator(z, labels=labels, noise=given, **call))
            yield Sample(z, np.asarray(generator.mapping(z, labels)), images)
            bar.update(size)


def with_attributes(
    generator, attributes: Callable, count: int, **options
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """z (N, z_dim), w (N, w_dim) and P(attribute) (N, K) of ``count`` images: what ``linear_separability``
    wants.

    Args:
        attributes: images (B, r, r, C) in [-1, 1], not clipped -> (B, K). options: as for ``batches``; seed
            above all.
    """
    parts = [(z, w, attributes(images)) for z, w, images in batches(generator, count, **options)]
    z, w, probabilities = (np.concatenate(part) for part in zip(*parts, strict=True))
    return z, w, probabilities

"""What truncation brings and costs: quality and variety for each psi and cutoff (paper appendix B)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from stylegan_tf.data.pixels import to_uint8, to_unit_range
from stylegan_tf.metrics.batches import batches
from stylegan_tf.metrics.coverage import density_coverage, precision_recall
from stylegan_tf.metrics.fid import fid


class Truncated(NamedTuple):
    """One setting and what ``stylegan-tf evaluate`` measures there; ``cutoff`` None is all layers."""

    psi: float
    cutoff: int | None
    fid: float
    precision: float
    recall: float
    density: float
    coverage: float


def truncation_table(
    generator,
    features: Callable,
    real,
    psis: Iterable[float],
    cutoffs: Iterable[int | None] = (None,),
    count: int = 2000,
    seed=0,
) -> list[Truncated]:
    """Measure a generator at every psi and cutoff, always with the same latents and noise.

    Args:
        features: images (N, r, r, C) in [-1, 1] -> (N, F).
        real: features of real images, (M, F) with M of ``count`` or more.
        psis: 1 leaves the images alone, 0 gives the mean image.
        cutoffs: number of layers that are truncated, from the coarsest on; None is all.
        count: generated images of each setting. FID compares them with all reals; the other four with the
            first ``count``.
        seed: of latents and noise.

    Returns:
        one row for each setting, psis outermost.

    Raises:
        ValueError: if there are fewer reals than ``count``.
    """
    real = np.asarray(real)
    cutoffs = tuple(cutoffs)  # it is gone through for each psi
    if len(real) < count:
        raise ValueError(
            f"there are {len(real)} real images and {count} generated ones; "
            f"give a count of at most {len(real)}"
        )

    rows = []
    for psi in psis:
        for cutoff in cutoffs:
            # A float32 is an input of the graph; a float would trace a new one for each psi.
            drawn = batches(generator, count, seed, psi=np.float32(psi), cutoff=cutoff)
            fake = np.concatenate(
                [features(to_unit_range(to_uint8(part.images))) for part in drawn]
            )  # (N, F)

            precision, recall = precision_recall(real[:count], fake)
            density, coverage = density_coverage(real[:count], fake)
            distance = fid(fake, real)
            rows.append(Truncated(float(psi), cutoff, distance, precision, recall, density, coverage))
    return rows

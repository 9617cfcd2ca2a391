"""The official batch sizes: how many images a training step has, by resolution and number of GPUs.

``Config.batch_sizes`` takes such a map; ``Config.batch_size_at(resolution)`` reads it.
"""

from __future__ import annotations

# GPUs -> (default, {resolution: images of a step, over all GPUs}). Official train.py
_BATCH_SIZES = {
    1: (4, {4: 128, 8: 128, 16: 128, 32: 64, 64: 32, 128: 16, 256: 8, 512: 4}),
    2: (8, {4: 256, 8: 256, 16: 128, 32: 64, 64: 32, 128: 16, 256: 8}),
    4: (16, {4: 512, 8: 256, 16: 128, 32: 64, 64: 32, 128: 16}),
    8: (32, {4: 512, 8: 256, 16: 128, 32: 64, 64: 32}),
}


def official_batch_sizes(gpus: int) -> dict[int, int]:
    """{resolution: images of a step} on 1, 2, 4 or 8 GPUs, from 4 to 1024.

    Source: official train.py; docs/exactness.md, Batch sizes and learning rates.

    Raises:
        ValueError: for another number of GPUs.
    """
    if gpus not in _BATCH_SIZES:
        raise ValueError(f"gpus is {gpus}; the official tables exist for {sorted(_BATCH_SIZES)}")
    default, table = _BATCH_SIZES[gpus]
    return {2**r: table.get(2**r, default) for r in range(2, 11)}

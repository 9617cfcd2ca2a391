"""Pictures that are the same, or nearly: found in a time that grows as N log N."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

SIDE = 16  # of the small pictures that are compared
NEAR = 0.1  # relative difference
BITS, BANDS, WINDOW = 64, 4, 8


def same(digests: list) -> list[list[int]]:
    """Groups of the positions that hold the same value, two or more in each, in order."""
    groups = defaultdict(list)
    for position, digest in enumerate(digests):
        groups[digest].append(position)
    return [group for group in groups.values() if len(group) > 1]


def near(small: np.ndarray) -> list[list[int]]:
    """Groups of positions whose pictures differ by less than 10 %, linked one to the next.

    The difference is |a - b| / sqrt(|a| |b|), where a and b are the RGB values at 16x16 less their mean: a
    picture saved again, or at another size, mostly has 0.01 to 0.06. Among the 50 million pairs of 10,000
    MNIST digits none is below 0.1, two below 0.12, and 381 below 0.2. A picture of one colour has no such
    difference and is left out.

    Candidates come from a hash of 64 bits: the signs of projections on random directions (Charikar 2002), of
    which a pair at 0.1 changes 2 in the mean. The hashes are sorted four times, each time by another 16 bits
    first, and every picture is compared with its 8 neighbours. A pair can be missed where many pictures look
    alike.

    Args:
        small: uint8 (N, 16, 16, 3).
    """
    x = small.reshape(len(small), -1)
    mean = x.mean(axis=1, keepdims=True, dtype="float32")
    contrast, bits = np.empty(len(x), "float32"), np.empty((len(x), BITS), bool)
    directions = np.random.default_rng(0).standard_normal((x.shape[1], BITS)).astype("float32")
    for part in _parts(len(x)):
        centred = x[part] - mean[part]
        contrast[part], bits[part] = np.linalg.norm(centred, axis=1), centred @ directions > 0
    kept = np.flatnonzero(contrast > 0)
    pairs = []
    for band in range(BANDS):
        turned = np.packbits(np.roll(bits[kept], band * BITS // BANDS, axis=1), axis=1).view(">u8")[:, 0]
        order = kept[np.argsort(turned, kind="stable")]
        for step in range(1, WINDOW + 1):
            for part in _parts(len(order) - step):
                a, b = order[part], order[part + step]
                difference = np.linalg.norm(x[a] - mean[a] - (x[b] - mean[b]), axis=1) / np.sqrt(
                    contrast[a] * contrast[b]
                )
                pairs += zip(a[difference < NEAR].tolist(), b[difference < NEAR].tolist(), strict=True)
    return _linked(pairs)


def _parts(count):
    """Positions 0 .. count, so few at a time that memory stays small."""
    return np.array_split(np.arange(max(0, count)), max(1, -(-count // 4096)))


def _linked(pairs):
    """Groups of what pairs join, each sorted."""
    group = {}
    for a, b in pairs:
        first, second = group.setdefault(a, {a}), group.setdefault(b, {b})
        if first is not second:
            first |= second
            group.update(dict.fromkeys(second, first))
    return sorted(
        sorted(members) for members in {id(members): members for members in group.values()}.values()
    )

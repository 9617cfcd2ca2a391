"""Pictures that are the same, or nearly: found in a time that grows as N log N."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

SIDE = 16  # of the small pictures that are compared
NEAR = 0.1  # relative difference
BITS = 64  # of a picture's hash
BANDS = 4  # times that the hashes are sorted
WINDOW = 8  # neighbours that each picture is compared with


def same(digests: list) -> list[list[int]]:
    """Groups of the positions that hold the same value, two or more in each, in order."""
    groups = defaultdict(list)
    for position, digest in enumerate(digests):
        groups[digest].append(position)
    return [group for group in groups.values() if len(group) > 1]


def near(small: np.ndarray) -> list[list[int]]:
    """Groups of positions whose pictures differ by less than 10 %, linked one to the next.

    The difference is |a - b| / sqrt(|a| |b|), where a and b are the RGB values at 16x16 less their mean. A
    picture that is saved again, or at another size, mostly has 0.01 to 0.06. Among the 50 million pairs of
    10,000 MNIST digits none is below 0.1, two are below 0.12, and 381 below 0.2. A picture of one colour has
    no such difference and is left out.

    Candidates come from a hash of 64 bits: the signs of projections on random directions (Charikar 2002). In
    a pair at 0.1 two of them differ in the mean. The hashes are sorted four times, each time by another 16
    bits first, and every picture is compared with its 8 neighbours. A pair can be missed where many pictures
    look alike.

    Args:
        small: uint8 (N, 16, 16, 3).
    """
    # Of every picture the length of its values less their mean, and its hash.
    x = small.reshape(len(small), -1)  # (N, 768)
    mean = x.mean(axis=1, keepdims=True, dtype="float32")
    contrast = np.empty(len(x), "float32")
    bits = np.empty((len(x), BITS), bool)
    directions = np.random.default_rng(0).standard_normal((x.shape[1], BITS)).astype("float32")
    for part in _parts(len(x)):
        centred = x[part] - mean[part]
        contrast[part] = np.linalg.norm(centred, axis=1)
        bits[part] = centred @ directions > 0
    kept = np.flatnonzero(contrast > 0)

    pairs = []
    for band in range(BANDS):
        # Sorted by the hash as one number, turned so that other bits come first.
        turned = np.roll(bits[kept], band * BITS // BANDS, axis=1)
        numbers = np.packbits(turned, axis=1).view(">u8")[:, 0]
        order = kept[np.argsort(numbers, kind="stable")]

        # Each picture with the next one, the one after it, ...
        for step in range(1, WINDOW + 1):
            for part in _parts(len(order) - step):
                a = order[part]
                b = order[part + step]
                distance = np.linalg.norm(x[a] - mean[a] - (x[b] - mean[b]), axis=1)
                is_near = distance / np.sqrt(contrast[a] * contrast[b]) < NEAR
                pairs += zip(a[is_near].tolist(), b[is_near].tolist(), strict=True)
    return _linked(pairs)


def _parts(count):
    """Positions 0 to ``count`` - 1 in parts of at most 4,096, so that memory stays small."""
    parts = max(1, -(-count // 4096))  # rounded up
    return np.array_split(np.arange(max(0, count)), parts)


def _linked(pairs):
    """Groups of what pairs join, directly or over others; sorted, and each of them sorted."""
    # Each position points to the set that it is in. A pair from two sets makes one of them.
    group = {}
    for a, b in pairs:
        first = group.setdefault(a, {a})
        second = group.setdefault(b, {b})
        if first is not second:
            first |= second
            group.update(dict.fromkeys(second, first))

    # Each set once, although all of its members point to it.
    distinct = {id(members): members for members in group.values()}
    return sorted(sorted(members) for members in distinct.values())

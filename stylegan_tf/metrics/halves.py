"""FID and KID where real pictures are few: next to the same between real pictures."""

from __future__ import annotations

import numpy as np

from stylegan_tf.metrics.fid import fid
from stylegan_tf.metrics.kid import kid


def enough(real) -> bool:
    """Whether features (N, F) of real pictures can be halved: FID needs more pictures than features."""
    return len(real) // 2 > real.shape[1]


def against_halves(real, fake, seed: int = 0, splits: int = 5) -> dict[str, float]:
    """FID and KID of generated pictures, and their floors at the same number of pictures.

    The real pictures are halved at random. One half is compared with the other, which is the floor, and with
    as many generated pictures. FID falls with the number of pictures, but here both have the same number.

    Args:
        real: features (N, F) of real pictures, with more than F in a half.
        fake: features (M, F) of generated ones, at least half as many; the first are taken.
        seed: of the halves.
        splits: how often the real pictures are halved; the numbers are means.

    Returns:
        ``fid``, ``fid_real_halves``, ``kid`` and ``kid_real_halves``, and ``count``, the pictures of a half.

    Raises:
        ValueError: for too few pictures.
    """
    real = np.asarray(real)
    fake = np.asarray(fake)
    half = len(real) // 2
    if not enough(real) or len(fake) < half:
        raise ValueError(
            f"{len(real)} real and {len(fake)} generated pictures are too few for {real.shape[1]} features; "
            f"give {2 * real.shape[1] + 2} real ones or more, and half as many generated ones"
        )
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(splits):
        order = rng.permutation(len(real))
        one = real[order[:half]]
        other = real[order[half : 2 * half]]
        pairs = [(one, fake[:half]), (one, other)]
        found.append([(fid(*pair), kid(*pair).mean) for pair in pairs])
    (of_fake, kid_of_fake), (of_halves, kid_of_halves) = np.mean(found, axis=0).tolist()
    return {
        "count": half,
        "fid": of_fake,
        "fid_real_halves": of_halves,
        "kid": kid_of_fake,
        "kid_real_halves": kid_of_halves,
    }

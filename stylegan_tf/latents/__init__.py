"""Working with latent codes: seeds, truncation, mixing, interpolation, directions."""

from stylegan_tf.latents.codes import (
    from_official_seeds,
    from_seeds,
    labels_of,
    lerp,
    mahalanobis,
    mix,
    move,
    noise_list,
    sample,
    slerp,
)
from stylegan_tf.latents.directions import Direction, conditional, direction
from stylegan_tf.latents.truncation import truncate

__all__ = [
    "Direction",
    "conditional",
    "direction",
    "from_official_seeds",
    "from_seeds",
    "labels_of",
    "lerp",
    "mahalanobis",
    "mix",
    "move",
    "noise_list",
    "sample",
    "slerp",
    "truncate",
]

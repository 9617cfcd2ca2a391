"""How real images are prepared for a step: range, mirroring, and the fade of a growing network."""

from __future__ import annotations

import tensorflow as tf

from stylegan_tf.scalars import is_one


def process_reals(images, alpha=1.0, mirror=None):
    """Stored pixels as the discriminator sees them. Source: official training_loop.py, process_reals.

    Args:
        images: uint8 (B, r, r, C).
        alpha: weight of the sharp image while a resolution fades in, 0 to 1.
        mirror: booleans (B,), which images to flip left to right; None flips none.

    Returns:
        float32 (B, r, r, C) in [-1, 1].
    """
    # 0 ... 255 becomes -1 ... 1; columns backwards is the mirror image.
    reals = tf.cast(images, tf.float32) * (2.0 / 255.0) - 1.0
    if mirror is not None:
        reals = tf.where(mirror[:, None, None, None], reals[:, :, ::-1], reals)
    return fade_reals(reals, alpha)


def fade_reals(reals, alpha):
    """alpha * the sharp image + (1 - alpha) * its 2x2 means, enlarged again (ProGAN section 2 and figure 2).

    While a block of the generator fades in, its images are such a blend; reals that were sharper would give
    the fakes away.
    """
    # Grown: nothing to blend.
    if is_one(alpha):
        return reals

    # What the resolution below would show: every 2x2 square in its mean colour.
    coarse = tf.nn.avg_pool2d(reals, 2, 2, "VALID")  # (B, r/2, r/2, C)
    coarse = tf.repeat(tf.repeat(coarse, 2, axis=1), 2, axis=2)  # (B, r, r, C)
    return alpha * reals + (1.0 - alpha) * coarse

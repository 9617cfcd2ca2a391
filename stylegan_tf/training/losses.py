"""The two games of the paper: non-saturating logistic with R1, and WGAN-GP (paper section 2.1, appendix C).

The losses and penalties have one number per image, shape (B,), and training takes their mean. Scores have
shape (B, 1). A penalty differentiates the discriminator by its input, so training differentiates twice, with
nested gradient tapes.
"""

from __future__ import annotations

import tensorflow as tf
from keras import ops

# lambda of WGAN-GP (Gulrajani et al. 2017, section 4); official loss.py, wgan_lambda
GRADIENT_PENALTY_WEIGHT = 10.0
# Keeps small gradients alive where D computes in float16. A power of two changes no digit.
INPUT_GRADIENT_SCALE = 256.0


def generator_logistic(fake_scores):
    """softplus(-D(fake)) = -log sigmoid(D(fake)): the non-saturating loss.

    Source: Goodfellow et al. 2014, section 3; official loss.py, G_logistic_nonsaturating.
    """
    return ops.softplus(-fake_scores)[:, 0]


def discriminator_logistic(real_scores, fake_scores):
    """softplus(D(fake)) + softplus(-D(real)), the cross-entropy of telling real from fake."""
    return (ops.softplus(fake_scores) + ops.softplus(-real_scores))[:, 0]


def r1_penalty(discriminator, real_images):
    """Squared length of the gradient of D at the real images, before the factor gamma / 2.

    Args:
        discriminator: images (B, H, W, C) -> scores (B, 1).

    Returns:
        penalty (B,), and the scores (B, 1), which are computed on the way. The gradient is of the sum of the
        scores. Through the minibatch deviation each image moves the other scores a little too, so row i is
        not exactly the gradient of score i (docs/exactness.md, R1 and its gradient).

    Source: Mescheder et al. 2018; official loss.py, D_logistic_simplegp.
    """
    # How the scores change with the pixels. The inner tape of two: training differentiates the result again.
    with tf.GradientTape() as tape:
        tape.watch(real_images)
        scores = discriminator(real_images)
        total = INPUT_GRADIENT_SCALE * tf.reduce_sum(scores)
    gradient = tape.gradient(total, real_images) / INPUT_GRADIENT_SCALE  # (B, H, W, C)

    # Its squared length, over all pixels and channels of an image.
    return ops.sum(ops.square(gradient), axis=(1, 2, 3)), scores


def generator_wgan(fake_scores):
    """-D(fake) (Arjovsky et al. 2017)."""
    return -fake_scores[:, 0]


def discriminator_wgan(real_scores, fake_scores, drift: float = 0.001):
    """D(fake) - D(real) + drift * D(real)^2; the drift term of ProGAN keeps the scores near zero."""
    return (fake_scores - real_scores + drift * ops.square(real_scores))[:, 0]


def gradient_penalty(discriminator, real_images, fake_images, t, scale: float = 1.0):
    """(scale * |gradient of D| - 1)^2 between real and fake images, before the factor lambda = 10.

    Args:
        discriminator: images (B, H, W, C) -> scores (B, 1).
        real_images, fake_images: (B, H, W, C).
        t: (B, 1, 1, 1), uniform in [0, 1]; 0 is the real image, 1 the fake one.
        scale: 2**-k at 1/2**k of the full side, to equal the official norm on full-size images
            (docs/exactness.md, WGAN-GP).

    Returns:
        penalty (B,), and the gradient's length (B,), scaled.

    Source: Gulrajani et al. 2017; official loss.py, D_wgan_gp.
    """
    # How the score changes with the pixels, somewhere between a real and a fake image.
    mixed = real_images + (fake_images - real_images) * t
    with tf.GradientTape() as tape:
        tape.watch(mixed)
        total = INPUT_GRADIENT_SCALE * tf.reduce_sum(discriminator(mixed))
    gradient = tape.gradient(total, mixed) / INPUT_GRADIENT_SCALE  # (B, H, W, C)

    # No epsilon under the root, as in the official code.
    length = scale * ops.sqrt(ops.sum(ops.square(gradient), axis=(1, 2, 3)))  # (B,)
    return ops.square(length - 1.0), length


def hinge_discriminator(real_scores, fake_scores):
    """max(0, 1 + D(fake)) + max(0, 1 - D(real)): in the official code, not used by the paper.

    Source: Lim & Ye 2017; official loss.py, D_hinge.
    """
    return (ops.relu(1.0 + fake_scores) + ops.relu(1.0 - real_scores))[:, 0]


def discriminator_loss(config, discriminator, reals, fakes, step, draw):
    """D's loss with its penalty, as a Config says: ``loss``, ``r1_gamma``, ``r1_every``.

    Args:
        config: training's Config.
        discriminator: images (B, r, r, C) -> scores (B, 1).
        reals, fakes: (B, r, r, C) in [-1, 1].
        step: int64 (); it decides whether R1 is due.
        draw: random_draws.Draw, for the images between real and fake that WGAN-GP looks at.

    Returns:
        the mean loss (), and a dict of the mean ``real_score``, ``fake_score`` and unweighted ``penalty``;
        where pictures are augmented also ``real_sign``, the mean sign of the scores of the reals.
    """
    batch, resolution = reals.shape[:2]
    fake_scores = discriminator(fakes)

    # WGAN-GP: the critic's distance, and a slope of 1 between the reals and the fakes.
    if config.loss == "wgan-gp":
        real_scores = discriminator(reals)
        t = draw.uniform((batch, 1, 1, 1))
        penalty, _ = gradient_penalty(discriminator, reals, fakes, t, config.penalty_scale(resolution))
        loss = discriminator_wgan(real_scores, fake_scores) + GRADIENT_PENALTY_WEIGHT * penalty

    # The logistic loss, and R1: flat at the reals. At every step, or "lazy": at every r1_every-th step, with
    # r1_every times the weight.
    else:
        if config.r1_gamma == 0:
            real_scores = discriminator(reals)
            penalty = tf.zeros(batch)
        elif config.r1_every == 1:
            penalty, real_scores = r1_penalty(discriminator, reals)
        else:
            real_scores = discriminator(reals)
            is_due = penalty_is_due(config, step)
            penalty = tf.cond(is_due, lambda: r1_penalty(discriminator, reals)[0], lambda: tf.zeros(batch))
        weight = 0.5 * config.r1_gamma_at(resolution) * config.r1_every
        loss = discriminator_logistic(real_scores, fake_scores) + weight * penalty

    # The mean over the batch, and what to report.
    logs = {
        "real_score": tf.reduce_mean(real_scores),
        "fake_score": tf.reduce_mean(fake_scores),
        "penalty": tf.reduce_mean(penalty),
    }
    if config.augment != "none":
        logs["real_sign"] = tf.reduce_mean(tf.sign(tf.cast(real_scores, tf.float32)))
    return tf.reduce_mean(loss), logs


def penalty_is_due(config, step):
    """Whether a step computes the penalty: WGAN-GP's always, lazy R1 in every ``r1_every``-th step.

    step: a number, or an int64 tensor ().
    """
    if config.loss == "wgan-gp":
        return True
    return step % config.r1_every == 0


def generator_loss(config, fake_scores):
    """G's mean loss, as a Config says; fake_scores (B, 1)."""
    if config.loss == "wgan-gp":
        loss = generator_wgan(fake_scores)
    else:
        loss = generator_logistic(fake_scores)
    return tf.reduce_mean(loss)

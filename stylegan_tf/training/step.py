"""One step of the game between the two networks: D's turn, the averages, G's turn.

Source: paper sections 2 and 3.1, appendix C; official training_loop.py and loss.py. docs/exactness.md has
    every constant.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import tensorflow as tf

from stylegan_tf.training import losses
from stylegan_tf.training.accumulation import Batch, Part
from stylegan_tf.training.average import average_generator, average_w
from stylegan_tf.training.fade_of_reals import process_reals
from stylegan_tf.training.optimizer import update
from stylegan_tf.training.precision import gradient
from stylegan_tf.training.style_mixing import mixed_styles


def train_step(gan, images, labels, step, alpha, ema_beta) -> dict[str, tf.Tensor]:
    """One update of the discriminator D, of the averages, and of the generator G.

    Args:
        gan: training.model.StyleGAN.
        images: uint8 (B, r, r, C), as they are stored.
        labels: class numbers (B,) of the reals, or None for a model without labels.
        step: int64 (). With the seed it decides every random draw.
        alpha: weight of the newest block, 0 to 1.
        ema_beta: weight of the old value in the averaged generator, 0 to 1.

    Returns:
        scalars: ``d_loss``, ``g_loss``, the mean ``real_score`` and ``fake_score``, the unweighted
        ``penalty``, the standard deviation ``w_std`` of w, and ``d_skipped`` and ``g_skipped``, 1.0 where an
        update was skipped.
    """
    G, D = gan.generator, gan.discriminator
    batch = Batch(gan.config, images, labels, step, alpha)

    # D's turn: tell the reals from what G draws.
    gradients, w, d_logs = batch.mean_of(discriminator_turn, gan)
    d_skipped = update(gan.discriminator_optimizer, gradients, D.trainable_variables, gan.loss_scale)

    # The averages: the centre of W, and the generator that makes the pictures. They follow between the two
    # updates, as in the official code, so that the averaged generator is one step behind G.
    average_w(gan, w["mean"])
    average_generator(gan, ema_beta)

    # G's turn: fool the D that has just learned.
    gradients, w_of_g, g_logs = batch.mean_of(generator_turn, gan)
    g_skipped = update(gan.generator_optimizer, gradients, G.trainable_variables, gan.loss_scale)

    # Fakes that were drawn for G alone count in the centre of W too.
    if not gan.config.shared_forward:
        w = w_of_g
        average_w(gan, w["mean"])

    return {
        "d_loss": d_logs["d_loss"],
        "g_loss": g_logs["g_loss"],
        "real_score": d_logs["real_score"],
        "fake_score": d_logs["fake_score"],
        "penalty": d_logs["penalty"],
        "w_std": w["std"],
        "d_skipped": d_skipped,
        "g_skipped": g_skipped,
    }


def discriminator_turn(gan, part: Part):
    """What D learns from a part of the batch: its gradients, a summary of w, and the scalars to report."""
    # Reals look as G's images do at this moment of growing; some are mirrored, if the Config says so.
    mirror = part.draw.uniform((part.size,)) < 0.5 if gan.config.mirror else None
    reals = process_reals(part.images, part.alpha, mirror)  # (B, r, r, C) in [-1, 1]

    # Fakes have the labels of the reals. They stay on the part, for G's turn; their gradient stops here.
    part.fakes = draw_fakes(gan, part, part.labels)
    fakes = tf.stop_gradient(part.fakes.images)  # (B, r, r, C)

    # The loss, with R1 or the gradient penalty, and its gradient.
    critic = functools.partial(gan.discriminator, alpha=part.alpha, labels=part.labels)
    with tf.GradientTape() as tape:
        loss, logs = losses.discriminator_loss(gan.config, critic, reals, fakes, part.step, part.draw)
    gradients = gradient(tape, loss, gan.discriminator.trainable_variables, gan.loss_scale)
    return gradients, summary_of(part.fakes.w), {"d_loss": loss, **logs}


def generator_turn(gan, part: Part):
    """What G learns from a part of the batch: its gradients, a summary of w, and the scalars to report."""
    # Fresh fakes, as in the paper; or, with ``shared_forward``, those that D has just seen.
    if gan.config.shared_forward:
        fakes = part.fakes
    else:
        fakes = draw_fakes(gan, part, part.draw_labels(gan.label_pool))

    # The chain rule in two halves: how the loss changes with the pixels of the fakes, through D ...
    critic = functools.partial(gan.discriminator, alpha=part.alpha, labels=fakes.labels)
    with tf.GradientTape() as tape:
        tape.watch(fakes.images)
        loss = losses.generator_loss(gan.config, critic(fakes.images))
    pixel_gradient = gradient(tape, loss, fakes.images, gan.loss_scale)  # (B, r, r, C)

    # ... and how the pixels change with the weights of G, by the tape that recorded their making. So shared
    # fakes need not be made again.
    weights = gan.generator.trainable_variables
    gradients = fakes.tape.gradient(fakes.images, weights, output_gradients=pixel_gradient)
    return gradients, summary_of(fakes.w), {"g_loss": loss}


@dataclass
class Fakes:
    """Generated images, and how they came about.

    Attributes:
        images: (B, r, r, C). w: (B, w_dim), of their main latents. labels: one-hot, or None.
        tape: the gradient tape of their making.
    """

    images: tf.Tensor
    w: tf.Tensor
    labels: tf.Tensor | None
    tape: tf.GradientTape


def draw_fakes(gan, part: Part, labels) -> Fakes:
    """Images of fresh latents and fresh noise, at the stage of growing that the part has.

    labels: one-hot (B, label_dim), or None.
    """
    config = gan.config
    with tf.GradientTape() as tape:
        # From z to styles; some minibatches take theirs from two latents.
        z = part.draw.normal((part.size, config.z_dim))
        w = gan.generator.mapping(z, labels)  # (B, w_dim)
        ws = mixed_styles(gan.generator, w, labels, part)  # (B, L, w_dim)

        # Noise maps for the layers of this stage: 4x4 twice, 8x8 twice, ...
        sides = [r for r in config.resolutions if r <= part.resolution for _ in range(2)]
        noise = [part.draw.normal((part.size, r, r, 1)) for r in sides] if config.noise else "none"

        images = gan.generator.synthesis(ws, resolution=part.resolution, alpha=part.alpha, noise=noise)
    return Fakes(images, w, labels, tape)


def summary_of(w) -> dict[str, tf.Tensor]:
    """Mean (1, w_dim) of w (B, w_dim), and its standard deviation over the batch as one number."""
    w = tf.cast(w, tf.float32)
    mean = tf.reduce_mean(w, axis=0, keepdims=True)
    deviation = tf.reduce_mean(tf.math.reduce_std(w, axis=0))
    return {"mean": mean, "std": deviation}

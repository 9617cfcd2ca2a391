"""One step of the game between the two networks: D's turn, the averages, G's turn.

Where the parts of a step are:

    the loop around it, ticks, phases   loop.py: fit, train_tick
    the losses, R1                      losses.py
    style mixing regularisation         style_mixing.py
    how reals fade as G's images do     fade_of_reals.py
    averages of the generator and of w  average.py
    augmentation, where pictures are few augmentation.py
    Adam, and updates that are skipped  optimizer.py
    a batch that is too large at once   accumulation.py: in_parts; otherwise a part is the whole batch
    random numbers                      random_draws.py
    several devices, 16 bits            distribution.py, precision.py; one device in float32 needs neither

Source: paper sections 2 and 3.1, appendix C; official training_loop.py and loss.py. docs/exactness.md has
    every constant.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import tensorflow as tf

from stylegan_tf.training import distribution, losses
from stylegan_tf.training.accumulation import Batch, Part, in_parts
from stylegan_tf.training.average import average_generator, average_w
from stylegan_tf.training.fade_of_reals import process_reals
from stylegan_tf.training.optimizer import update_if_finite
from stylegan_tf.training.precision import gradient
from stylegan_tf.training.style_mixing import mixed_styles


def train_step(gan, images, labels, step, alpha, ema_beta) -> dict[str, tf.Tensor]:
    """One update of the discriminator D, of the averages, and of the generator G.

    Python runs here once, when a resolution is traced: values of the Config are constants of the graph, and
    every ``if`` on them is decided then.

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
        update was skipped. With augmentation also the mean sign of D's scores of the reals, ``real_sign``,
        and the probability ``augment_p`` of this step; in float16 also its ``loss_scale``.
    """
    G, D = gan.generator, gan.discriminator
    batch = Batch(gan.config, images, labels, step, alpha)

    # D's turn: tell the reals from what G draws.
    gradients, w_of_d, d_logs = discriminator_turn(gan, batch)
    d_skipped = update_if_finite(
        gan.discriminator_optimizer, gradients, D.trainable_variables, gan.loss_scale
    )

    # The averages. The averaged generator follows here, before G's update, as in the official code: it stays
    # one step behind G. The centre of W follows every batch of fakes.
    average_w(gan, w_of_d["mean"])
    average_generator(gan, ema_beta)

    # G's turn: fool the D that has just learned.
    gradients, w_of_g, g_logs = generator_turn(gan, batch)
    g_skipped = update_if_finite(gan.generator_optimizer, gradients, G.trainable_variables, gan.loss_scale)

    # Fakes that G drew for itself are a batch of their own.
    if not gan.config.shared_forward:
        average_w(gan, w_of_g["mean"])

    # What to report: of several devices the mean.
    logs = {
        "d_loss": d_logs["d_loss"],
        "g_loss": g_logs["g_loss"],
        "real_score": d_logs["real_score"],
        "fake_score": d_logs["fake_score"],
        "penalty": d_logs["penalty"],
        "w_std": w_of_g["std"],
        "d_skipped": d_skipped,
        "g_skipped": g_skipped,
    }

    # Few pictures: the more surely D knows the reals, the more often everything is augmented.
    if gan.augmentation:
        real_sign = distribution.mean(d_logs["real_sign"])
        logs["real_sign"] = real_sign
        logs["augment_p"] = gan.augmentation.adapt(real_sign, batch.size_on_all_devices, gan.config)

    # float16: the loss scale is halved after a skipped update, and doubled after many steps without one.
    if gan.loss_scale:
        logs["loss_scale"] = gan.loss_scale.adapt(was_skipped=d_skipped + g_skipped > 0)
    return distribution.mean(logs)


@in_parts
def discriminator_turn(gan, part: Part):
    """What D learns from a batch: its gradients, a summary of w, and the scalars to report.

    ``part`` is the whole batch, unless memory is short (``in_parts``).
    """
    # Reals look as G's images do at this moment of growing; some are mirrored, if the Config says so.
    mirror = part.draw.uniform((part.size,)) < 0.5 if gan.config.mirror else None
    reals = process_reals(part.images, part.alpha, mirror)  # (B, r, r, C) in [-1, 1]

    # Fakes with the labels of the reals. With ``shared_forward`` G's turn takes them from the part again.
    fakes = draw_fakes(gan, part, part.labels)
    if gan.config.shared_forward:
        part.fakes = fakes

    # The loss, with R1 or the gradient penalty, and its gradient. D learns from the pixels of the fakes
    # alone: nothing flows back to how they were made.
    discriminator = discriminator_at(gan, part, part.labels)
    with tf.GradientTape() as tape:
        pixels = tf.stop_gradient(fakes.images)  # (B, r, r, C)
        loss, logs = losses.discriminator_loss(gan.config, discriminator, reals, pixels, part.step, part.draw)
    gradients = gradient(tape, loss, gan.discriminator.trainable_variables, gan.loss_scale)
    return gradients, summary_of(fakes.w), {"d_loss": loss, **logs}


@in_parts
def generator_turn(gan, part: Part):
    """What G learns from a batch: its gradients, a summary of w, and the scalars to report."""
    # Fresh fakes, as in the paper; or, with ``shared_forward``, those that D has just seen.
    if gan.config.shared_forward:
        fakes = part.fakes
    else:
        fakes = draw_fakes(gan, part, part.draw_labels(gan.label_pool))

    # The tape that recorded how the fakes were made goes on recording, through D to the loss. So there is one
    # chain from the weights of G to the loss.
    discriminator = discriminator_at(gan, part, fakes.labels)
    with fakes.tape:
        loss = losses.generator_loss(gan.config, discriminator(fakes.images))
    gradients = gradient(fakes.tape, loss, gan.generator.trainable_variables, gan.loss_scale)
    return gradients, summary_of(fakes.w), {"g_loss": loss}


def discriminator_at(gan, part: Part, labels):
    """D at the stage of growing that the part has: images (B, r, r, C) -> scores (B, 1).

    What it sees is augmented first, if the Config says so.

    labels: one-hot (B, label_dim), or None.
    """
    discriminator = functools.partial(gan.discriminator, alpha=part.alpha, labels=labels)
    if not gan.augmentation:
        return discriminator
    return lambda images: discriminator(gan.augmentation.augment(images, gan.config, part.draw))


@dataclass
class Fakes:
    """Generated images, and how they came about.

    Attributes:
        images: (B, r, r, C). w: (B, w_dim), of their main latents. labels: one-hot, or None.
        tape: the gradient tape that recorded their making; it can go on.
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
    # G's turn needs to know how the pixels came from the weights: the tape records it.
    with tf.GradientTape() as tape:
        # From z to styles; some minibatches take theirs from two latents.
        z = part.draw.normal((part.size, config.z_dim))
        w = gan.generator.mapping(z, labels)  # (B, w_dim)
        ws = mixed_styles(gan.generator, w, labels, part)  # (B, L, w_dim)

        noise = draw_noise(config, part) if config.noise else "none"
        images = gan.generator.synthesis(ws, resolution=part.resolution, alpha=part.alpha, noise=noise)
    return Fakes(images, w, labels, tape)


def draw_noise(config, part: Part) -> list[tf.Tensor]:
    """Noise maps (B, h, h, 1) for the layers of this stage: h = 4, 4, 8, 8, ..."""
    sides = [r for r in config.resolutions if r <= part.resolution for _ in range(2)]
    return [part.draw.normal((part.size, r, r, 1)) for r in sides]


def summary_of(w) -> dict[str, tf.Tensor]:
    """Mean (1, w_dim) of w (B, w_dim), and its standard deviation over the batch as one number."""
    w = tf.cast(w, tf.float32)
    mean = tf.reduce_mean(w, axis=0, keepdims=True)
    deviation = tf.reduce_mean(tf.math.reduce_std(w, axis=0))
    return {"mean": mean, "std": deviation}

"""The averages: of the generator's weights (EMA), and of w.

The averaged generator makes the pictures; truncation pulls to the average of w.
"""

from __future__ import annotations

from stylegan_tf.training import distribution


def average_generator(gan, beta) -> None:
    """The averaged generator follows G: average <- G + (average - G) * beta, for every trained weight.

    ``Config.ema_beta`` gives beta from the half-life in images. Source: ProGAN section 4.1; official
    tfutil.Network.setup_as_moving_average_of. The noise maps do not change, and w_avg is copied by
    ``average_w``.
    """
    # Noise maps and w_avg are not trainable in the average, and stay out. What the user froze in G is
    # averaged like the rest: only the average's own flags count.
    for average, value in zip(gan.ema_generator.weights, gan.generator.weights, strict=True):
        if average.trainable:
            distribution.assign(average, value + (average - value) * beta)


def average_w(gan, w) -> None:
    """The centre of W follows the mean of w: w_avg <- mean + (w_avg - mean) * ``config.w_avg_beta``.

    w: (B, w_dim), of main latents only, or their mean (1, w_dim). Source: official networks_stylegan.py,
        G_style (dlatent_avg_beta = 0.995).
    """
    # G keeps the mean as training sees it; the averaged generator, which truncates, gets a copy.
    gan.generator.mapping.update_average(w, gan.config.w_avg_beta)
    gan.ema_generator.w_avg.assign(gan.generator.w_avg)

"""Style mixing regularisation: some training images have the styles of two latents (paper section 3.1)."""

from __future__ import annotations

import tensorflow as tf


def mixed_styles(generator, w, labels, part):
    """The styles of a minibatch: one for each layer.

    With probability ``config.mixing_probability`` the whole minibatch changes over to the styles of a second
    latent, from some layer on. That layer is drawn evenly from those of this stage, without the first.

    Source: official networks_stylegan.py, G_style.

    Args:
        generator: networks.Generator.
        w: (B, w_dim), of the main latents.
        labels: one-hot (B, label_dim), or None; both latents have the same.
        part: accumulation.Part, which draws the random numbers and knows the stage.

    Returns:
        ws (B, L, w_dim).
    """
    config = generator.config
    ws = generator.broadcast(w)  # (B, L, w_dim)
    if config.mixing_probability == 0:
        return ws

    # A second latent for every image.
    other_z = part.draw.normal((part.size, config.z_dim))
    other_ws = generator.broadcast(generator.mapping(other_z, labels))

    # Where to cross over; a minibatch that is not mixed crosses over after its last layer.
    layers = 2 * config.resolutions.index(part.resolution) + 2
    crossover = part.draw.integer(1, layers)
    crossover = tf.where(part.draw.uniform(()) < config.mixing_probability, crossover, layers)

    is_coarser = tf.range(config.num_layers) < crossover  # (L,)
    return tf.where(is_coarser[:, None], ws, other_ws)

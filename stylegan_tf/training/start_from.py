"""Beginning with a trained model: to grow it further, or to teach it other pictures."""

from __future__ import annotations

import numpy as np

from stylegan_tf.config import ARCHITECTURE
from stylegan_tf.training.loop import TrainingState


def start_from(gan, trained) -> None:
    """Begin with the weights of a trained model instead of random ones; call it before ``fit``.

    If that model has a smaller resolution, training begins where the next one fades in. If it has the same,
    training begins with the last phase of the schedule, to teach the model other pictures. The images before
    count as shown.

    >>> gan = sg.StyleGAN(sg.preset("toyfaces64"))
    >>> gan.start_from(sg.pretrained("toyfaces32"))

    A model without labels can be taught some: every class begins as the whole of what it draws. (From
    nothing, small conditional networks tend to draw one picture for each class: docs/results.md, Labels.)

    Args:
        trained: StyleGAN.

    Raises:
        ValueError: if the networks differ in more than their resolution and new labels, or the other is
            larger, or not trained.
    """
    _check_that_it_fits(gan.config, trained)

    # The weights of all blocks that both networks have.
    gan.generator.copy_matching_weights(trained.generator)
    gan.discriminator.copy_matching_weights(trained.discriminator)
    gan.ema_generator.copy_matching_weights(trained.ema_generator)
    if gan.config.label_dim and not trained.config.label_dim:
        _begin_labels(gan, trained)

    # The place in the schedule where the new blocks begin.
    reached = largest_trained_resolution(trained)
    phases = gan.schedule.phases
    first = next((phase for phase in phases if phase.resolution > reached), phases[-1])
    gan.progress = TrainingState(images=first.start, tick_start=first.start)


def _begin_labels(gan, trained):
    """The weights whose shape depends on the labels, so that no class differs from another yet."""
    # The mapping network reads z and the vector of the class: the class counts nothing. Twice as many inputs
    # have a smaller scale of their weights (equalised learning rate), which is made up for.
    rate = np.sqrt(2) if gan.config.equalized else 1.0
    for ours, theirs in (
        (gan.generator, trained.generator),
        (gan.ema_generator, trained.ema_generator),
    ):
        kernel = rate * np.asarray(theirs.mapping.dense[0].kernel)  # (z_dim, units)
        ours.mapping.dense[0].kernel.assign(np.concatenate([kernel, np.zeros_like(kernel)]))
    gan.ema_generator.mapping.embedding.assign(gan.generator.mapping.embedding)

    # The discriminator has a score for each class: all are the one that it had.
    ours = gan.discriminator.head.dense1
    theirs = trained.discriminator.head.dense1
    ours.kernel.assign(np.repeat(theirs.kernel, gan.config.label_dim, axis=1))
    ours.bias.assign(np.repeat(theirs.bias, gan.config.label_dim))


def _check_that_it_fits(config, trained):
    # Something must have been learned.
    if not trained.progress.images:
        raise ValueError("the model to start from is not trained; train it first, or leave it out")
    # The same layers, of the same sizes, or weights would be lost without a word.
    theirs = trained.config
    changed = [name for name in ARCHITECTURE if getattr(config, name) != getattr(theirs, name)]
    if "label_dim" in changed and not theirs.label_dim and config.mapping_layers:
        changed.remove("label_dim")  # new labels
    if changed:
        found = ", ".join(
            f"{name} {getattr(theirs, name)} instead of {getattr(config, name)}" for name in changed
        )
        raise ValueError(f"the model to start from has {found}; set these fields as it has them")
    # It may be smaller, and grow; a larger one would have to shrink.
    if theirs.resolution > config.resolution:
        raise ValueError(
            f"the model to start from makes {theirs.resolution}x{theirs.resolution}, more than this one's "
            f"{config.resolution}x{config.resolution}; a smaller or an equal one can be grown"
        )


def largest_trained_resolution(gan) -> int:
    """The largest resolution that has faded in."""
    # A model that is fully grown has no stage; one that fades in has the resolution below.
    stage = gan.stage()
    if not stage:
        return gan.config.resolution
    return stage["resolution"] if stage["alpha"] == 1 else stage["resolution"] // 2

"""Layers that keep their weights: for a trained model that shall learn other pictures, and forget little."""

from __future__ import annotations


def freeze(gan) -> None:
    """Freeze the layers of a StyleGAN that ``config.freeze`` names; its optimizers leave them alone.

    The names are words: ``mapping`` is the mapping network; ``G:4,8`` are the generator's blocks at 4x4 and
    8x8, each with its way out to an image; ``D:16,32`` the discriminator's, each with its way in. ``D:4`` is
    its head.

    Raises:
        ValueError: if nothing of a network is left to train.
    """
    # Keras leaves such layers out of the trainable variables.
    for word in gan.config.freeze.split():
        for layer in layers_of(gan, word):
            layer.trainable = False

    # Something must be left to learn.
    for network in (gan.generator, gan.discriminator):
        if not network.trainable_variables:
            raise ValueError(
                f"freeze is {gan.config.freeze!r}, which leaves nothing of the {network.name} to train; "
                "name fewer layers"
            )


def layers_of(gan, word: str) -> list:
    """The layers that a word of ``config.freeze`` names."""
    if word == "mapping":
        return [gan.generator.mapping]

    # Blocks of one of the two networks, by their sides.
    network, _, sides = word.partition(":")
    layers = []
    for side in map(int, sides.split(",")):
        if network == "G":
            synthesis = gan.generator.synthesis
            layers += [synthesis.blocks[side], synthesis.to_rgb[side]]
        else:
            block = gan.discriminator.head if side == 4 else gan.discriminator.blocks[side]
            layers += [block, gan.discriminator.from_rgb[side]]
    return layers

"""What the paper draws: the mapping network, AdaIN, noise, the synthesis network, the generator, the
discriminator.
"""

"""What training keeps in memory at once, by arithmetic: weights, optimizers and two gradient tapes.

benchmarks/proofs/scaling.py compares it with measured peaks.
"""

from __future__ import annotations

from stylegan_tf.config import Config
from stylegan_tf.planning import cost
from stylegan_tf.planning.cost import Layer

FLOAT = 4  # bytes
# Bytes of Python, TensorFlow, a traced graph and its kernels on a CPU; measured, benchmarks/proofs/scaling.py
PROGRAM = 850_000_000
# How often the maps of the largest layer are needed while a gradient is computed: the gradients by output and
# by input, in two networks
WORKING = 4


def weights(config: Config) -> int:
    """Bytes of the trained numbers, and of what goes with each of them.

    That is two moments of Adam and a gradient, and for G also its average. The layers of all stages are there
    from the start, so it is the same at every stage.
    """
    count = cost.parameters(config)
    return FLOAT * (5 * count["generator"] + 4 * count["discriminator"])


def activations(config: Config, resolution: int) -> int:
    """Bytes that one image of the batch keeps at the peak of a training step.

    G's maps, from its forward pass until its own gradient: the graph may run that pass before D's update, and
    does. D's maps of two passes, fakes and reals, and R1's second order: the gradient by each layer's output,
    of which it takes the derivative. A penalty with a forward pass of its own (``r1_every`` > 1, WGAN-GP)
    keeps a third pass.
    """
    layers = cost.stage_layers(config, resolution)
    kept = 0
    for layer in layers:
        if layer.network == "synthesis":
            kept += _of_generator(config, layer)
        elif layer.network == "discriminator":
            kept += _of_discriminator(config, layer)
    largest = max(layer.pixels * layer.outputs for layer in layers)
    return FLOAT * (kept + WORKING * largest)


def host(config: Config, resolution: int, batch: int) -> int:
    """Peak bytes of a training process on a CPU; ``batch`` images are computed at once."""
    return PROGRAM + weights(config) + batch * activations(config, resolution)


def _of_generator(c: Config, layer: Layer) -> int:
    """Numbers that G's tape keeps of a layer: what each step after the convolution needs for its derivative.

    The input of the leaky ReLU; what the instance norm centred and what it divided, or what a pixel norm or a
    bare style takes; the output, which the next convolution needs. Noise, bias and blur are linear with fixed
    factors, and keep nothing.
    """
    size = layer.pixels * layer.outputs
    if layer.kind == "blur" or layer.name.startswith("style"):
        return 0
    if layer.name == "to RGB":
        return size
    between = 2 * c.instance_norm + c.pixel_norm
    if not between:
        between = int(c.styles)
    return size * (1 + between + 1)


def _of_discriminator(c: Config, layer: Layer) -> int:
    """Numbers that D's tape keeps of a layer.

    Of each pass its input and the input of its activation; of the penalty the gradient by its output.
    """
    if layer.kind == "blur":
        return 0
    out = layer.pixels * layer.outputs
    has_penalty = c.loss == "wgan-gp" or c.r1_gamma > 0
    has_own_forward = has_penalty and (c.loss == "wgan-gp" or c.r1_every > 1)
    passes = 2 + has_own_forward
    return passes * (layer.side**2 * layer.inputs + out) + has_penalty * out

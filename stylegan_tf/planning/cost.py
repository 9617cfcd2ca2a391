"""What a Config costs, by arithmetic alone: parameters, multiply-adds, FLOPs of a training step.

docs/exactness.md, Parameters and cost, has the numbers of the official sizes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from stylegan_tf.config import Config

FORMS = ("ours", "official", "plain")
NETWORKS = ("generator", "discriminator")


@dataclass(frozen=True)
class Layer:
    """A matrix product or convolution of one image, and the trainable numbers that belong to it.

    ``kind`` is "dense", "conv", "up" (4x4 transposed, stride 2), "down" (4x4, stride 2), "blur" or
    "constant"; ``side`` is that of the larger of input and output; ``stage`` the resolution of the block.
    """

    network: str  # "mapping", "synthesis" or "discriminator"
    name: str
    stage: int
    kind: str
    side: int
    inputs: int
    outputs: int
    kernel: int = 1
    parameters: int = 0

    @property
    def pixels(self) -> int:
        """Of the output."""
        return (self.side // 2) ** 2 if self.kind == "down" else self.side**2

    @property
    def multiply_adds(self) -> int:
        if self.kind == "constant":
            return 0
        if self.kind == "blur":
            return self.pixels * self.kernel**2 * self.outputs
        # at stride 2 a kernel meets every second pixel of the larger image, in each direction
        points = (self.side // 2) ** 2 if self.kind in ("up", "down") else self.side**2
        return points * self.kernel**2 * self.inputs * self.outputs


def layers(config: Config) -> list[Layer]:
    """Every layer of G and D from the data's first to its last, resampling convolutions as 4x4 kernels of
    stride 2.
    """
    return [*_mapping(config), *_synthesis(config), *_discriminator(config)]


def _dense(network, name, stage, inputs, outputs, biases=None):
    biases = outputs if biases is None else biases
    return Layer(network, name, stage, "dense", 1, inputs, outputs, 1, inputs * outputs + biases)


def _conv(network, name, stage, inputs, outputs, kind="conv", kernel=3, extra=0):
    """A convolution with its bias; the stored kernel is 3x3 where the one in use is 4x4."""
    used = 4 if kind in ("up", "down") else kernel
    return Layer(
        network,
        name,
        stage,
        kind,
        stage,
        inputs,
        outputs,
        used,
        kernel**2 * inputs * outputs + outputs + extra,
    )


def _mapping(c: Config) -> Iterator[Layer]:
    length = c.z_dim
    if c.label_dim:
        yield Layer("mapping", "labels", 4, "dense", 1, c.label_dim, c.z_dim, 1, c.label_dim * c.z_dim)
        length *= 2
    for i in range(c.mapping_layers):
        width = c.w_dim if i == c.mapping_layers - 1 else c.mapping_width
        yield _dense("mapping", f"dense {i}", 4, length, width)
        length = width


def _synthesis(c: Config) -> Iterator[Layer]:
    net = "synthesis"
    for r in c.resolutions:
        below, width = c.width(max(r // 2, 4)), c.width(r)
        strength = width if c.noise else 0
        if r > 4:
            yield _conv(net, "conv up", r, below, width, "up", extra=strength)
            if c.blur:
                yield Layer(net, "blur", r, "blur", r, width, width, 3)
        elif c.constant_input:
            yield Layer(net, "constant", 4, "constant", 4, 0, width, 1, 16 * width + width + strength)
        else:
            yield _dense(net, "dense input", 4, c.w_dim, 16 * width, biases=width + strength)
        yield _conv(net, "conv", r, width, width, extra=strength)
        for i in range(2 if c.styles else 0):
            yield _dense(net, f"style {i}", r, c.w_dim, 2 * width)
        yield _conv(net, "to RGB", r, width, c.channels, kernel=1)


def _discriminator(c: Config) -> Iterator[Layer]:
    net = "discriminator"
    for r in reversed(c.resolutions):
        width = c.width(r)
        yield _conv(net, "from RGB", r, c.channels, width, kernel=1)
        if r > 4:
            below = c.width(r // 2)
            yield _conv(net, "conv", r, width, width)
            if c.blur:
                yield Layer(net, "blur", r, "blur", r, width, width, 3)
            yield _conv(net, "conv down", r, width, below, "conv" if c.pool_last else "down")
    deviation = c.mbstd_features if c.mbstd_group > 1 else 0
    yield _conv(net, "conv", 4, c.nf(1) + deviation, c.nf(1))
    yield _dense(net, "dense 0", 4, 16 * c.nf(1), c.nf(0))
    yield _dense(net, "dense 1", 4, c.nf(0), max(c.label_dim, 1))


def stage_layers(config: Config, resolution: int, form: str = "ours") -> list[Layer]:
    """The layers that make or judge one image of a stage, between two fades.

    ``form`` says how resampling convolutions are computed: "ours" as one 4x4 kernel of stride 2 everywhere,
    "official" so only where ``config.fused_at`` the side, "plain" as a 3x3 convolution at the larger side
    everywhere.
    """
    if resolution not in config.resolutions:
        raise ValueError(
            f"resolution is {resolution}; the stages are {', '.join(map(str, config.resolutions))}"
        )
    if form not in FORMS:
        raise ValueError(f"form is {form!r}; it must be one of {', '.join(FORMS)}")
    here = []
    for layer in layers(config):
        if layer.stage > resolution or (layer.name in ("to RGB", "from RGB") and layer.stage != resolution):
            continue
        fused = form == "ours" or (form == "official" and config.fused_at(layer.stage))
        here.append(
            layer if fused or layer.kind not in ("up", "down") else replace(layer, kind="conv", kernel=3)
        )
    return here


def parameters(config: Config) -> dict[str, int]:
    """Trainable numbers, all stages' RGB layers included; "generator" is "mapping" and "synthesis" together."""
    count = dict.fromkeys(("generator", "mapping", "synthesis", "discriminator"), 0)
    for layer in layers(config):
        count[layer.network] += layer.parameters
    return {**count, "generator": count["mapping"] + count["synthesis"]}


def multiply_adds(config: Config, resolution: int, form: str = "ours") -> dict[str, int]:
    """Multiply-adds of "generator" and "discriminator" for one image; FLOPs are twice as many.

    Counted are convolutions, dense layers (mapping, styles) and blur (docs/exactness.md, Parameters and
    cost). ``form`` as in stage_layers.
    """
    count = dict.fromkeys(NETWORKS, 0)
    for layer in stage_layers(config, resolution, form):
        count["discriminator" if layer.network == "discriminator" else "generator"] += layer.multiply_adds
    return count


def step_passes(config: Config, resolution: int, r1: bool = True) -> list[tuple[Layer, str, int]]:
    """Rows (layer, kind of product, how often) of one training step, for one image of the batch.

    Each layer's product comes in three kinds: "forward", "input" (the gradient by the layer's input) and
    "weight" (the gradient by its kernel; a blur has none). One step as StyleGAN.train_step takes it:

    - D's update: G forward; D forward, input and weight on fakes and on reals (no "input" at the images).
    - R1, or WGAN-GP's penalty: D's gradient by the images is one "input" pass down to the pixels. The
      derivative of its square passes through the same layers in the opposite order, which is a "forward"
      product each, and gives one "weight" product each. (Leaky ReLU has no second derivative.) Where the
      penalty has a forward pass of its own (``r1_every`` > 1, WGAN-GP), that is one more "forward", and, as
      the minibatch deviation is not linear, one more "input" and "weight" for the layers before it.
    - G's update: G forward again, unless ``shared_forward``; D forward and input, down to the pixels; G input
      and weight. The mapping runs on two latents where styles are mixed.

    Not counted: element-wise work (noise, bias, activations, norms, styles), Adam, the averages, a fade's
        second RGB.
    """
    rows, own_forward = [], config.loss == "wgan-gp" or config.r1_every > 1
    penalty = r1 and (config.loss == "wgan-gp" or config.r1_gamma > 0)
    for layer in stage_layers(config, resolution):
        if layer.network == "discriminator":
            first, head = layer.name == "from RGB", layer.stage == 4 and layer.name != "from RGB"
            forward, by_input, by_weight = 2 + 1, (0 if first else 2) + 1, 2
            if penalty:
                forward, by_input, by_weight = (
                    forward + (layer.name != "dense 1"),
                    by_input + 1,
                    by_weight + 1,
                )
                if own_forward:
                    again = config.mbstd_group > 1 and not head
                    forward, by_input, by_weight = (
                        forward + (layer.name != "dense 1"),
                        by_input + (again and not first),
                        by_weight + again,
                    )
        else:
            times = 2 if layer.network == "mapping" and config.mixing_probability > 0 else 1
            first = layer.network == "mapping" and layer.name in (
                "labels",
                "" if config.label_dim else "dense 0",
            )
            forward, by_input, by_weight = (
                times * (1 if config.shared_forward else 2),
                0 if first else times,
                times,
            )
        counts = {"forward": forward, "input": by_input, "weight": 0 if layer.kind == "blur" else by_weight}
        rows += [(layer, kind, int(n)) for kind, n in counts.items() if n and layer.multiply_adds]
    return rows


def step_flops(config: Config, resolution: int, r1: bool = True) -> int:
    """Floating-point operations of one training step per image of the batch, as step_passes lists them.

    ``r1`` is whether the step has the penalty (every ``r1_every``-th step has).
    """
    return 2 * sum(times * layer.multiply_adds for layer, _, times in step_passes(config, resolution, r1))

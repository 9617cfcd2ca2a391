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

    Attributes:
        network: "mapping", "synthesis" or "discriminator".
        name: what it is called within its block, such as "conv up".
        stage: the resolution of the block.
        kind: "dense", "conv", "up" (4x4 transposed, stride 2), "down" (4x4, stride 2), "blur" or "constant".
        side: of the larger of input and output, in pixels.
        inputs, outputs: feature maps, or of a dense layer numbers.
        kernel: side of the kernel, in pixels.
        parameters: trainable numbers.
    """

    network: str
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
        """How many pixels each map of the output has."""
        return (self.side // 2) ** 2 if self.kind == "down" else self.side**2

    @property
    def multiply_adds(self) -> int:
        """For one image; FLOPs are twice as many."""
        if self.kind == "constant":
            return 0
        if self.kind == "blur":
            return self.pixels * self.kernel**2 * self.outputs
        # At stride 2 a kernel meets every second pixel of the larger image, in each direction.
        points = (self.side // 2) ** 2 if self.kind in ("up", "down") else self.side**2
        return points * self.kernel**2 * self.inputs * self.outputs


def layers(config: Config) -> list[Layer]:
    """Every layer of G and D in the order in which data pass them.

    Resampling convolutions are 4x4 kernels of stride 2.
    """
    return [*_mapping(config), *_synthesis(config), *_discriminator(config)]


def _dense(network, name, stage, inputs, outputs, biases=None):
    """A dense layer; it has a bias for each output unless ``biases`` gives their number."""
    biases = outputs if biases is None else biases
    return Layer(network, name, stage, "dense", 1, inputs, outputs, 1, inputs * outputs + biases)


def _conv(network, name, stage, inputs, outputs, kind="conv", kernel=3, extra=0):
    """A convolution with its bias, and ``extra`` parameters of what follows it.

    The stored kernel is 3x3 where the one in use is 4x4.
    """
    used = 4 if kind in ("up", "down") else kernel
    parameters = kernel**2 * inputs * outputs + outputs + extra
    return Layer(network, name, stage, kind, stage, inputs, outputs, used, parameters)


def _mapping(c: Config) -> Iterator[Layer]:
    length = c.z_dim
    if c.label_dim:
        yield _dense("mapping", "labels", 4, c.label_dim, c.z_dim, biases=0)
        length *= 2
    for i in range(c.mapping_layers):
        width = c.w_dim if i == c.mapping_layers - 1 else c.mapping_width
        yield _dense("mapping", f"dense {i}", 4, length, width)
        length = width


def _synthesis(c: Config) -> Iterator[Layer]:
    net = "synthesis"
    for r in c.resolutions:
        below = c.width(max(r // 2, 4))
        width = c.width(r)
        strength = width if c.noise else 0  # of the noise, one for each map

        # The first layer: from the block below, or at 4x4 the input of the network.
        if r > 4:
            yield _conv(net, "conv up", r, below, width, "up", extra=strength)
            if c.blur:
                yield Layer(net, "blur", r, "blur", r, width, width, 3)
        elif c.constant_input:
            yield Layer(net, "constant", 4, "constant", 4, 0, width, 1, 16 * width + width + strength)
        else:
            yield _dense(net, "dense input", 4, c.w_dim, 16 * width, biases=width + strength)

        # The second layer, the styles of both, and the image.
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

    # The head, which sees the minibatch deviation as a map more.
    deviation = c.mbstd_features if c.mbstd_group > 1 else 0
    yield _conv(net, "conv", 4, c.nf(1) + deviation, c.nf(1))
    yield _dense(net, "dense 0", 4, 16 * c.nf(1), c.nf(0))
    yield _dense(net, "dense 1", 4, c.nf(0), max(c.label_dim, 1))


def stage_layers(config: Config, resolution: int, form: str = "ours") -> list[Layer]:
    """The layers that make or judge one image of a stage, between two fades.

    Args:
        form: how resampling convolutions are computed. "ours": as one 4x4 kernel of stride 2 everywhere.
            "official": so where ``config.fused_at`` says so, else as "plain". "plain": as a 3x3 convolution
            at the larger side everywhere.

    Raises:
        ValueError: for a resolution that is no stage of the Config, or another form.
    """
    if resolution not in config.resolutions:
        raise ValueError(
            f"resolution is {resolution}; the stages are {', '.join(map(str, config.resolutions))}"
        )
    if form not in FORMS:
        raise ValueError(f"form is {form!r}; it must be one of {', '.join(FORMS)}")
    here = []
    for layer in layers(config):
        # Blocks of later stages do not run yet; of the RGB layers only those of this stage do.
        is_rgb = layer.name in ("to RGB", "from RGB")
        if layer.stage > resolution or (is_rgb and layer.stage != resolution):
            continue
        is_fused = form == "ours" or (form == "official" and config.fused_at(layer.stage))
        if layer.kind in ("up", "down") and not is_fused:
            layer = replace(layer, kind="conv", kernel=3)
        here.append(layer)
    return here


def parameters(config: Config) -> dict[str, int]:
    """Trainable numbers of each network, all stages' RGB layers included.

    Returns:
        counts for "generator", "mapping", "synthesis" and "discriminator". The generator's are those of
        mapping and synthesis together.
    """
    count = dict.fromkeys(("generator", "mapping", "synthesis", "discriminator"), 0)
    for layer in layers(config):
        count[layer.network] += layer.parameters
    return {**count, "generator": count["mapping"] + count["synthesis"]}


def multiply_adds(config: Config, resolution: int, form: str = "ours") -> dict[str, int]:
    """Multiply-adds of "generator" and "discriminator" for one image; FLOPs are twice as many.

    Convolutions, dense layers (mapping, styles) and blur are counted; see docs/exactness.md, Parameters and
    cost.

    Args:
        form: as for ``stage_layers``.
    """
    count = dict.fromkeys(NETWORKS, 0)
    for layer in stage_layers(config, resolution, form):
        network = "discriminator" if layer.network == "discriminator" else "generator"
        count[network] += layer.multiply_adds
    return count


def step_passes(config: Config, resolution: int, r1: bool = True) -> list[tuple[Layer, str, int]]:
    """Rows (layer, kind of product, how often) of one training step, for one image of the batch.

    The kinds are "forward", "input" (the gradient by the layer's input) and "weight" (the gradient by its
    kernel; a blur has none). The step is that of training/step.py:

    - D's turn: G forward; D forward, input and weight on fakes and on reals, but no "input" at the images.
    - R1, or WGAN-GP's penalty: D's gradient by the images is one "input" pass down to the pixels. The
      derivative of its square passes through the same layers in the opposite order, which is a "forward"
      product each, and gives one "weight" product each. (Leaky ReLU has no second derivative.) A penalty with
      a forward pass of its own (``r1_every`` > 1, WGAN-GP) has one "forward" more. As the minibatch deviation
      is not linear, it also has one "input" and one "weight" more for the layers before it.
    - G's turn: G forward again, unless ``shared_forward``; D forward and input, down to the pixels; G input
      and weight. The mapping runs on two latents where styles are mixed.

    Not counted: element-wise work (noise, bias, activations, norms, styles), Adam, the averages, a fade's
    second RGB.

    Args:
        r1: whether the step has the penalty, as every ``r1_every``-th step has.
    """
    has_penalty = r1 and (config.loss == "wgan-gp" or config.r1_gamma > 0)
    rows = []
    for layer in stage_layers(config, resolution):
        if layer.network == "discriminator":
            counts = _passes_of_d(config, layer, has_penalty)
        else:
            counts = _passes_of_g(config, layer)
        if layer.kind == "blur":
            counts["weight"] = 0
        for kind, count in counts.items():
            if count and layer.multiply_adds:
                rows.append((layer, kind, count))
    return rows


def _passes_of_d(config, layer, has_penalty):
    """How often a step computes each kind of product of a layer of D."""
    is_first = layer.name == "from RGB"
    is_last = layer.name == "dense 1"

    # Fakes and reals in D's turn, fakes in G's turn. Only G's turn needs the gradient by the images.
    forward = 2 + 1
    by_input = (0 if is_first else 2) + 1
    by_weight = 2

    # The penalty: down to the pixels, and its derivative up again, which the last layer does not pass on.
    if has_penalty:
        forward += 0 if is_last else 1
        by_input += 1
        by_weight += 1

    # A penalty with a forward pass of its own. The deviation sends a gradient through the layers before it.
    has_own_forward = config.loss == "wgan-gp" or config.r1_every > 1
    if has_penalty and has_own_forward:
        forward += 0 if is_last else 1
        is_in_head = layer.stage == 4 and not is_first
        if config.mbstd_group > 1 and not is_in_head:
            by_input += 0 if is_first else 1
            by_weight += 1
    return {"forward": forward, "input": by_input, "weight": by_weight}


def _passes_of_g(config, layer):
    """How often a step computes each kind of product of a layer of G."""
    # Two latents give two w where styles are mixed; both share one synthesis.
    is_mapping = layer.network == "mapping"
    times = 2 if is_mapping and config.mixing_probability > 0 else 1

    # Nothing is learned by the gradient at z or at the labels.
    is_first = is_mapping and layer.name == ("labels" if config.label_dim else "dense 0")
    by_input = 0 if is_first else times
    forward = times if config.shared_forward else 2 * times
    return {"forward": forward, "input": by_input, "weight": times}


def step_flops(config: Config, resolution: int, r1: bool = True) -> int:
    """Floating-point operations of one training step per image of the batch, as step_passes lists them.

    Args:
        r1: whether the step has the penalty, as every ``r1_every``-th step has.
    """
    passes = step_passes(config, resolution, r1)
    return 2 * sum(times * layer.multiply_adds for layer, _, times in passes)

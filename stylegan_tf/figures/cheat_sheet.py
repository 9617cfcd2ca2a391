"""One page with all of the architecture: both networks, the formulas, the sizes.

Source: paper figure 1b and appendix C.
"""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from stylegan_tf.config import Config
from stylegan_tf.networks.base import trainable_parameters
from stylegan_tf.networks.discriminator import Discriminator
from stylegan_tf.networks.generator import Generator

COLOURS = {  # fills of boxes, told apart in grey as well
    "plain": "#F2F2F2",
    "latent": "#FFE9B8",
    "style": "#BFD9EE",
    "noise": "#FFFFFF",
    "convolution": "#D9D9D9",
    "norm": "#8FBBDD",
}
FORMULAS = (
    (
        "AdaIN",
        r"$y_s\,\frac{x-\mu(x)}{\sigma(x)}+y_b$,  $y=(y_s,y_b)=A(w)$: per image and feature map; "
        r"stored is $y_s-1$",
    ),
    (
        "truncation",
        r"$w'=\bar w+\psi\,(w-\bar w)$ in the first layers (cutoff); $\bar w$ the running mean of $w$",
    ),
    ("style mixing", r"layers before the crossover take $w_1$, the rest $w_2$"),
    (
        "loss of D",
        r"$f(-D(x))+f(D(G(z)))+\frac{\gamma}{2}\,\mathbb{E}\,\|\nabla_x D(x)\|^2$,  $f(t)=\log(1+e^t)$; "
        r"R1 at real x",
    ),
    ("loss of G", r"$f(-D(G(z)))$, non-saturating"),
    (
        "equalised rate",
        r"kernel $=W\cdot g\,/\sqrt{\mathrm{inputs}}$ at run time, $W\sim N(0,1)$; $g=\sqrt{2}$, "
        r"or 1 for A and toRGB",
    ),
    ("average of G", r"$\theta_s\leftarrow\beta\,\theta_s+(1-\beta)\,\theta$; its images are shown"),
    ("fade in", r"$\alpha\,\mathrm{new}+(1-\alpha)\,\mathrm{old}$, $\alpha$ from 0 to 1: a stage begins so"),
)

# The page is 117 x 82.7 units, of a tenth of an inch each; y grows upwards.
WIDTH = 117
HEIGHT = 82.7
TOP = 69  # y of the first box of every column
HALF_BOX = 1.3  # half of a box's height


def cheat_sheet(config: Config) -> Figure:
    """The page, on A4 across: both networks, the table of sizes, how it is trained, the formulas.

    Drawn for the StyleGAN of the paper's configuration F with the sizes of ``config``.

    Raises:
        ValueError: for a generator without styles or with another input: the page would show what is not
            there.
    """
    if not (config.styles and config.constant_input and config.instance_norm and config.mapping_layers):
        raise ValueError(
            "the cheat sheet draws style-based generators with a mapping network, configurations D to F"
        )
    figure = Figure(figsize=(WIDTH / 10, HEIGHT / 10), dpi=120)
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
    page.axis("off")

    # Heading.
    title = f"StyleGAN at {config.resolution}x{config.resolution} on a page"
    page.text(3, 79, title, fontsize=16, weight="bold", va="center")
    note = (
        "Karras, Laine, Aila: A Style-Based Generator Architecture for GANs (arXiv:1812.04948), "
        "figure 1b and appendix C"
    )
    page.text(3, 75.8, note, fontsize=7.5, va="center", color="0.3")

    # The networks from left to right; below them tables and formulas.
    _mapping(page, config)
    _synthesis(page, config)
    _discriminator(page, config)
    _sizes(page, config)
    _training(page, config)
    _formulas(page)
    return figure


def _box(page, x, y, width, text, kind="plain"):
    """A box with a text, whose centre is (x, y); ``kind`` is a key of COLOURS."""
    height = 2 * HALF_BOX
    box = FancyBboxPatch(
        (x - width / 2, y - height / 2),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.5",
        facecolor=COLOURS[kind],
        edgecolor="0.2",
        linewidth=0.8,
        linestyle="--" if kind == "noise" else "-",
    )
    page.add_patch(box)
    page.text(x, y, text, fontsize=7.5, ha="center", va="center")


def _arrow(page, start, end):
    """An arrow from one point (x, y) to another."""
    style = dict(arrowstyle="-|>", mutation_scale=7, linewidth=0.8, color="0.2", shrinkA=0, shrinkB=0)
    page.add_patch(FancyArrowPatch(start, end, **style))


def _column(page, x, top, width, steps, gap=3.5):
    """Boxes one below the other, joined by arrows; returns the heights of their centres."""
    heights = [top - i * gap for i in range(len(steps))]
    for y, (text, kind) in zip(heights, steps, strict=True):
        _box(page, x, y, width, text, kind)
    for above, below in zip(heights, heights[1:], strict=False):
        _arrow(page, (x, above - HALF_BOX), (x, below + HALF_BOX))
    return heights


def _title(page, x, text):
    page.text(x, 72.3, text, fontsize=10, weight="bold", ha="center", va="center")


def _mapping(page, config):
    """The mapping network, from z to w, and truncation."""
    x = 13
    _title(page, x, "mapping network")

    # From z to w. Of many layers three rows are enough, the third with dots.
    steps = [(f"z ~ N(0, 1)   ({config.z_dim},)", "latent"), ("pixel norm: length √z_dim", "norm")]
    steps += [(f"dense {config.mapping_width}, leaky ReLU", "plain")] * min(3, config.mapping_layers - 1)
    if config.mapping_layers > 4:
        steps[-1] = ("...", "plain")
    steps += [(f"dense {config.w_dim}, leaky ReLU", "plain"), (f"w   ({config.w_dim},)", "latent")]
    heights = _column(page, x, TOP, 20, steps)

    # Truncation, and from there to the styles.
    w = heights[-1]
    truncation = w - 4.4
    _box(page, x, truncation, 20, "truncation: w̄ + ψ (w − w̄)", "plain")
    _arrow(page, (x, w - HALF_BOX), (x, truncation + HALF_BOX))
    _arrow(page, (23, truncation), (29, truncation))
    page.text(26, w - 2.6, "to all A", fontsize=7, ha="center", va="center", color="0.3")

    note = (
        f"{config.mapping_layers} layers; they learn {1 / config.mapping_lr:g} times slower\n"
        f"than the rest (multiplier {config.mapping_lr:g})"
    )
    page.text(x, w - 8.2, note, fontsize=7, ha="center", va="center", color="0.3")


def _synthesis(page, config):
    """The synthesis network: the block of 4x4, the block of every other resolution, toRGB."""
    x = 47
    _title(page, x, "synthesis network")

    # The two kinds of block. They differ in how they begin.
    epilogue = [("+ noise", "plain"), ("bias, leaky ReLU", "plain"), ("AdaIN", "norm")]
    rest = [*epilogue, ("conv 3x3", "convolution"), *epilogue]
    top = _column(page, x, TOP, 17, [("learned constant 4x4", "convolution"), *rest], gap=3.1)
    bottom = _column(page, x, 41.2, 17, [("up-sample, conv 3x3, blur", "convolution"), *rest], gap=3.1)
    _arrow(page, (x, top[-1] - HALF_BOX), (x, bottom[0] + HALF_BOX))

    # Noise comes in on the right, styles on the left.
    for heights in (top, bottom):
        for noise in (heights[1], heights[5]):
            _box(page, x + 14.5, noise, 6.5, "B", "noise")
            _arrow(page, (x + 11.2, noise), (x + 8.5, noise))
        for adain in (heights[3], heights[7]):
            _box(page, x - 13.5, adain, 6.5, "A", "style")
            _arrow(page, (x - 10.2, adain), (x - 8.5, adain))

    # How often each block occurs.
    page.text(x + 19.5, 58, "4x4", fontsize=9, ha="left", va="center", weight="bold")
    times = f"{len(config.resolutions) - 1} times:\n8x8 to\n{config.resolution}x{config.resolution}"
    page.text(x + 19.5, 30.3, times, fontsize=9, ha="left", va="center", weight="bold")

    # The image, and what A and B are.
    _box(page, x, 15.2, 17, f"toRGB: conv 1x1 to {config.channels}", "convolution")
    _arrow(page, (x, bottom[-1] - HALF_BOX), (x, 16.5))
    note = "A: dense, w to (scale − 1, shift) of each map\nB: strength per map, one number per pixel"
    page.text(x + 11, 14.6, note, fontsize=6.5, ha="left", va="center", color="0.3")


def _discriminator(page, config):
    """The discriminator, from an image to its score."""
    x = 84
    _title(page, x, "discriminator")
    steps = [
        (f"image {config.resolution}x{config.resolution}x{config.channels}", "latent"),
        ("fromRGB: conv 1x1, leaky ReLU", "convolution"),
        ("conv 3x3, bias, leaky ReLU", "convolution"),
        ("blur, conv 3x3, down-sample", "convolution"),
        ("bias, leaky ReLU", "plain"),
        ("minibatch standard deviation", "norm"),
        ("conv 3x3, bias, leaky ReLU", "convolution"),
        (f"dense {config.nf(0)}, leaky ReLU", "plain"),
        (f"dense {max(1, config.label_dim)}: the score D(x)", "latent"),
    ]
    heights = _column(page, x, TOP, 22, steps)

    # How often each block occurs.
    times = f"{len(config.resolutions) - 1} times:\n{config.resolution}x{config.resolution}\nto 8x8"
    page.text(x + 12.5, heights[3], times, fontsize=9, weight="bold", va="center")
    page.text(x + 12.5, heights[6], "4x4", fontsize=9, weight="bold", va="center")


def _sizes(page, config):
    """The table of resolutions: their layers, feature maps, and the length of a style."""
    rows = [("resolution", "layers", "maps", "one style")]
    for i, r in enumerate(config.resolutions):
        maps = config.width(r)
        rows.append((f"{r}x{r}", f"{2 * i}, {2 * i + 1}", f"{maps}", f"2 x {maps}"))
    for i, row in enumerate(rows):
        weight = "bold" if i == 0 else "normal"
        for x, cell in zip((3, 11, 17, 22), row, strict=True):
            page.text(x, 35 - 1.75 * i, cell, fontsize=7, va="center", weight=weight)


def _training(page, config):
    """How it is trained: a name and a value a line."""
    # What there is to say.
    full = config.resolution
    parameters_of_g = trainable_parameters([Generator(config)])
    parameters_of_d = trainable_parameters([Discriminator(config)])
    start = config.start_resolution
    is_lazy = config.r1_every > 1
    rate = f"rate {config.learning_rate_at(full):g}"
    if config.generator_lr != 1:
        rate += f" (G: {config.generator_lr * config.learning_rate_at(full):g})"
    rows = [
        ("trainable parameters", f"G {parameters_of_g:,}, D {parameters_of_d:,}"),
        ("images shown to D", f"{config.total_kimg:,g} thousand"),
        ("growing", f"from {start}x{start}" if config.progressive else "none"),
        ("batch", f"{config.batch_size_at(full)} at {full}x{full}"),
        ("Adam", f"{rate}, $\\beta_1$ {config.beta_1:g}, $\\beta_2$ {config.beta_2:g}"),
        (
            "$\\gamma$ of R1",
            f"{config.r1_gamma:g}" + (f", every {config.r1_every}th step" if is_lazy else ""),
        ),
        ("style mixing", f"in {config.mixing_probability:.0%} of the batches"),
        *([("augmentation", _augmentation(config))] if config.augment != "none" else []),
        ("average of G", f"half-life {config.ema_kimg:g} thousand images"),
    ]

    # Names on the left, values next to them.
    page.text(76, 36, "training", fontsize=10, weight="bold", va="center")
    for i, (name, value) in enumerate(rows):
        page.text(76, 33.2 - 2.1 * i, name, fontsize=7.5, va="center", weight="bold")
        page.text(91, 33.2 - 2.1 * i, value, fontsize=7.5, va="center")


def _augmentation(config):
    """What the Config says about augmentation, in a few words."""
    if config.augment == "fixed":
        return f"p = {config.augment_p:g}"
    return f"p adapts, target {config.augment_target:g}"


def _formulas(page):
    """The formulas, four in a column."""
    for i, (name, formula) in enumerate(FORMULAS):
        column, row = divmod(i, 4)
        page.text(3 + 60 * column, 11.2 - 2.75 * row, name, fontsize=7.5, weight="bold", va="center")
        page.text(13 + 60 * column, 11.2 - 2.75 * row, formula, fontsize=7.5, va="center")

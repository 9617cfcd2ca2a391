"""One page with all of the architecture: both networks, the formulas, the sizes (paper figure 1b and appendix
C).
"""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from stylegan_tf.config import Config
from stylegan_tf.networks.base import trainable_parameters
from stylegan_tf.networks.discriminator import Discriminator
from stylegan_tf.networks.generator import Generator

COLOURS = {  # fills of boxes, told apart in grey as well
    "plain": "#F2F2F2", "latent": "#FFE9B8", "style": "#BFD9EE", "noise": "#FFFFFF", "convolution": "#D9D9D9", "norm": "#8FBBDD",
}  # fmt: skip
FORMULAS = (
    (
        "AdaIN",
        r"$y_s\,\frac{x-\mu(x)}{\sigma(x)}+y_b$,  $y=(y_s,y_b)=A(w)$: per image and feature map; stored is $y_s-1$",
    ),
    (
        "truncation",
        r"$w'=\bar w+\psi\,(w-\bar w)$ in the first layers (cutoff); $\bar w$ the running mean of $w$",
    ),
    ("style mixing", r"layers before the crossover take $w_1$, the rest $w_2$"),
    (
        "loss of D",
        r"$f(-D(x))+f(D(G(z)))+\frac{\gamma}{2}\,\mathbb{E}\,\|\nabla_x D(x)\|^2$,  $f(t)=\log(1+e^t)$; R1 at real x",
    ),
    ("loss of G", r"$f(-D(G(z)))$, non-saturating"),
    (
        "equalised rate",
        r"kernel $=W\cdot g\,/\sqrt{\mathrm{inputs}}$ at run time, $W\sim N(0,1)$; $g=\sqrt{2}$, or 1 for A and toRGB",
    ),
    ("average of G", r"$\theta_s\leftarrow\beta\,\theta_s+(1-\beta)\,\theta$; its images are shown"),
    ("fade in", r"$\alpha\,\mathrm{new}+(1-\alpha)\,\mathrm{old}$, $\alpha$ from 0 to 1: a stage begins so"),
)


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
    figure = Figure(figsize=(11.7, 8.27), dpi=120)
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, 117), ylim=(0, 82.7))
    page.axis("off")
    page.text(
        3,
        79,
        f"StyleGAN at {config.resolution}x{config.resolution} on a page",
        fontsize=16,
        weight="bold",
        va="center",
    )
    note = "Karras, Laine, Aila: A Style-Based Generator Architecture for GANs (arXiv:1812.04948), figure 1b and appendix C"
    page.text(3, 75.8, note, fontsize=7.5, va="center", color="0.3")
    _mapping(page, config)
    _synthesis(page, config)
    _discriminator(page, config)
    _sizes(page, config)
    _training(page, config)
    _formulas(page)
    return figure


def _box(page, x, y, width, text, kind="plain", height=2.6):
    """A box whose centre is (x, y)."""
    corner = (x - width / 2, y - height / 2)
    style = dict(
        boxstyle="round,pad=0,rounding_size=0.5", facecolor=COLOURS[kind], edgecolor="0.2", linewidth=0.8
    )
    page.add_patch(FancyBboxPatch(corner, width, height, linestyle="--" if kind == "noise" else "-", **style))
    page.text(x, y, text, fontsize=7.5, ha="center", va="center")


def _arrow(page, start, end):
    style = dict(arrowstyle="-|>", mutation_scale=7, linewidth=0.8, color="0.2", shrinkA=0, shrinkB=0)
    page.add_patch(FancyArrowPatch(start, end, **style))


def _column(page, x, top, width, steps, gap=3.5):
    """Boxes one below the other, joined by arrows; returns the heights of their centres."""
    heights = [top - i * gap for i in range(len(steps))]
    for y, (text, kind) in zip(heights, steps, strict=True):
        _box(page, x, y, width, text, kind)
    for above, below in zip(heights, heights[1:], strict=False):
        _arrow(page, (x, above - 1.3), (x, below + 1.3))
    return heights


def _title(page, x, text):
    page.text(x, 72.3, text, fontsize=10, weight="bold", ha="center", va="center")


def _mapping(page, c):
    _title(page, 13, "mapping network")
    steps = [(f"z ~ N(0, 1)   ({c.z_dim},)", "latent"), ("pixel norm: length √z_dim", "norm")]
    steps += [(f"dense {c.mapping_width}, leaky ReLU", "plain")] * min(3, c.mapping_layers - 1)
    if c.mapping_layers > 4:
        steps[-1] = ("...", "plain")
    steps += [(f"dense {c.w_dim}, leaky ReLU", "plain"), (f"w   ({c.w_dim},)", "latent")]
    heights = _column(page, 13, 69, 20, steps)
    _box(page, 13, heights[-1] - 4.4, 20, "truncation: w̄ + ψ (w − w̄)", "plain")
    _arrow(page, (13, heights[-1] - 1.3), (13, heights[-1] - 3.1))
    text = f"{c.mapping_layers} layers; they learn {1 / c.mapping_lr:g} times slower\nthan the rest (multiplier {c.mapping_lr:g})"
    page.text(13, heights[-1] - 8.2, text, fontsize=7, ha="center", va="center", color="0.3")
    _arrow(page, (23, heights[-1] - 4.4), (29, heights[-1] - 4.4))
    page.text(26, heights[-1] - 2.6, "to all A", fontsize=7, ha="center", va="center", color="0.3")


def _synthesis(page, c):
    x = 47
    _title(page, x, "synthesis network")
    first = [
        ("learned constant 4x4", "convolution"),
        ("+ noise", "plain"),
        ("bias, leaky ReLU", "plain"),
        ("AdaIN", "norm"),
    ]
    first += [
        ("conv 3x3", "convolution"),
        ("+ noise", "plain"),
        ("bias, leaky ReLU", "plain"),
        ("AdaIN", "norm"),
    ]
    top = _column(page, x, 69, 17, first, gap=3.1)
    block = [("up-sample, conv 3x3, blur", "convolution"), *first[1:]]
    bottom = _column(page, x, 41.2, 17, block, gap=3.1)
    for heights in (top, bottom):
        for i in (1, 5):
            _box(page, x + 14.5, heights[i], 6.5, "B", "noise")
            _arrow(page, (x + 11.2, heights[i]), (x + 8.5, heights[i]))
        for i in (3, 7):
            _box(page, x - 13.5, heights[i], 6.5, "A", "style")
            _arrow(page, (x - 10.2, heights[i]), (x - 8.5, heights[i]))
    _arrow(page, (x, top[-1] - 1.3), (x, bottom[0] + 1.3))
    page.text(x + 19.5, 58, "4x4", fontsize=9, ha="left", va="center", weight="bold")
    times = f"{len(c.resolutions) - 1} times:\n8x8 to\n{c.resolution}x{c.resolution}"
    page.text(x + 19.5, 30.3, times, fontsize=9, ha="left", va="center", weight="bold")
    _box(page, x, 15.2, 17, f"toRGB: conv 1x1 to {c.channels}", "convolution")
    _arrow(page, (x, bottom[-1] - 1.3), (x, 16.5))
    text = "A: dense, w to (scale − 1, shift) of each map\nB: strength per map, one number per pixel"
    page.text(x + 11, 14.6, text, fontsize=6.5, ha="left", va="center", color="0.3")


def _discriminator(page, c):
    x = 84
    _title(page, x, "discriminator")
    steps = [
        (f"image {c.resolution}x{c.resolution}x{c.channels}", "latent"),
        ("fromRGB: conv 1x1, leaky ReLU", "convolution"),
    ]
    steps += [("conv 3x3, bias, leaky ReLU", "convolution"), ("blur, conv 3x3, down-sample", "convolution")]
    steps += [
        ("bias, leaky ReLU", "plain"),
        ("minibatch standard deviation", "norm"),
        ("conv 3x3, bias, leaky ReLU", "convolution"),
    ]
    steps += [
        (f"dense {c.nf(0)}, leaky ReLU", "plain"),
        (f"dense {max(1, c.label_dim)}: the score D(x)", "latent"),
    ]
    heights = _column(page, x, 69, 22, steps)
    times = f"{len(c.resolutions) - 1} times:\n{c.resolution}x{c.resolution}\nto 8x8"
    page.text(x + 12.5, heights[3], times, fontsize=9, weight="bold", va="center")
    page.text(x + 12.5, heights[6], "4x4", fontsize=9, weight="bold", va="center")


def _sizes(page, c):
    rows = [("resolution", "layers", "maps", "one style")]
    rows += [
        (f"{r}x{r}", f"{2 * i}, {2 * i + 1}", f"{c.width(r)}", f"2 x {c.width(r)}")
        for i, r in enumerate(c.resolutions)
    ]
    for i, row in enumerate(rows):
        for x, cell in zip((3, 11, 17, 22), row, strict=True):
            page.text(x, 35 - 1.75 * i, cell, fontsize=7, va="center", weight="bold" if i == 0 else "normal")


def _training(page, c):
    full = c.resolution
    rows = [
        (
            "trainable parameters",
            f"G {trainable_parameters([Generator(c)]):,}, D {trainable_parameters([Discriminator(c)]):,}",
        ),
        ("images shown to D", f"{c.total_kimg:,g} thousand"),
        ("growing", f"from {c.start_resolution}x{c.start_resolution}" if c.progressive else "none"),
        ("batch", f"{c.batch_size_at(full)} at {full}x{full}"),
        ("Adam", f"rate {c.learning_rate_at(full):g}, $\\beta_1$ {c.beta_1:g}, $\\beta_2$ {c.beta_2:g}"),
        ("$\\gamma$ of R1", f"{c.r1_gamma:g}" + (f", every {c.r1_every}th step" if c.r1_every > 1 else "")),
        ("style mixing", f"in {c.mixing_probability:.0%} of the batches"),
        ("average of G", f"half-life {c.ema_kimg:g} thousand images"),
    ]
    page.text(76, 36, "training", fontsize=10, weight="bold", va="center")
    for i, (name, value) in enumerate(rows):
        page.text(76, 33.2 - 2.1 * i, name, fontsize=7.5, va="center", weight="bold")
        page.text(91, 33.2 - 2.1 * i, value, fontsize=7.5, va="center")


def _formulas(page):
    for i, (name, formula) in enumerate(FORMULAS):
        column, row = divmod(i, 4)
        page.text(3 + 60 * column, 11.2 - 2.75 * row, name, fontsize=7.5, weight="bold", va="center")
        page.text(13 + 60 * column, 11.2 - 2.75 * row, formula, fontsize=7.5, va="center")

"""Pictures to play with: pure functions that draw, and thin ipywidgets over them.

Each widget shows its picture in one ``widgets.Image`` that is updated in place. Where no front end answers (a notebook
that is run by a test, or read on a page) the picture is drawn once; the film strip beside it shows what would be seen.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import ipywidgets
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from PIL import Image

from stylegan_tf import latents
from stylegan_tf.course import png
from stylegan_tf.data.pipeline import to_uint8
from stylegan_tf.layout import DPI, fit, grid, images_of, styles_of, table

# Drawing


def truncated(generator, seeds: Sequence[int], psi: float, cutoff: int | None = None) -> Image.Image:
    """The images of some seeds at one psi, in a row."""
    images = images_of(generator, seeds, psi=np.float32(psi), cutoff=cutoff)  # no float: 1.0 would trace a graph of its own
    return grid(images, len(images), scale=max(1, 96 // generator.config.resolution), gap=1)


def style_layers(generator) -> list:
    """The L layers that take a style, coarsest first: stylegan_tf.adain.StyleModulation, AdaIN by default."""
    blocks = generator.synthesis.blocks
    return [epilogue.style for r in sorted(blocks) for epilogue in (blocks[r].epilogue0, blocks[r].epilogue1)]


@functools.lru_cache(maxsize=4)
def _synthesis(generator):
    """ws -> images with the stored noise, compiled: several times faster than the layers called one by one."""
    return tf.function(functools.partial(generator.synthesis, noise="fixed"), reduce_retracing=True, autograph=False)


def restyled(generator, ws, layer: int = 0, channel: int = 0, scale: float = 0.0, shift: float = 0.0) -> np.ndarray:
    """Images (B, r, r, C) with something added to the scale and the shift of one feature map in one layer.

    Args:
        ws: (B, L, w_dim).
        layer: 0 to L - 1; channel: a feature map of that layer. scale, shift: added to what w asks for.

    Raises:
        ValueError: for a layer or channel that does not exist.
    """
    styles = style_layers(generator)
    if not 0 <= layer < len(styles):
        raise ValueError(f"layer {layer} does not exist; this network has layers 0 to {len(styles) - 1}")
    bias = styles[layer].affine.bias
    maps = bias.shape[0] // 2
    if not 0 <= channel < maps:
        raise ValueError(f"channel {channel} does not exist; layer {layer} has channels 0 to {maps - 1}")
    before = bias.numpy().copy()
    changed = before.copy()
    changed[[channel, maps + channel]] += (scale, shift)
    bias.assign(changed)
    try:
        return np.asarray(_synthesis(generator)(ws))
    finally:
        bias.assign(before)


def styled(generator, seed_a, seed_b, from_b=(), layer=0, channel=0, scale=0.0, shift=0.0) -> Image.Image:
    """Three pictures in a row: A; A with its styles changed; B. ``from_b``: the layers whose style is taken from B."""
    a, b = styles_of(generator, [seed_a])[0], styles_of(generator, [seed_b])[0]
    mixed = np.asarray(latents.mix(a[None], b[None], from_b))
    middle = restyled(generator, mixed, layer, channel, scale, shift)
    ends = np.asarray(_synthesis(generator)(np.stack([a, b])))
    images = np.stack([ends[0], middle[0], ends[1]])
    return grid(images, 3, scale=max(1, 128 // generator.config.resolution), gap=2)


def style_strip(generator, seed: int, layer: int, channels: Sequence[int], amounts: Sequence[float], part="scale") -> Figure:
    """One image with one feature map after another (rows) restyled by growing amounts (columns)."""
    ws, rows = styles_of(generator, [seed]), []
    for channel in channels:
        images = [restyled(generator, ws, layer, channel, **{part: amount})[0] for amount in amounts]
        rows.append([fit(to_uint8(image)) for image in images])
    names = [f"{amount:+g}".replace("-", "\N{MINUS SIGN}") if amount else "unchanged" for amount in amounts]
    return table(rows, [f"map {c}" for c in channels], names, f"Layer {layer}: added to the {part} of one feature map")


def score_surface(score: Callable, real, fake, limit: float = 3.0, title: str = "") -> Figure:
    """What the discriminator thinks of every point of a plane: probability of "real", with real and generated points.

    Args:
        score: points (N, 2) -> scores (N, 1). real, fake: points (N, 2). limit: the square shown is -limit to limit.
    """
    figure = Figure(figsize=(4.2, 3.6), dpi=DPI, layout="constrained")
    draw_score_surface(figure, figure.subplots(), score, real, fake, limit, title)
    return figure


def draw_score_surface(figure, axes, score, real, fake, limit=3.0, title="", bar=True) -> None:
    """As ``score_surface``, into axes that are there."""
    line = np.linspace(-limit, limit, 60, dtype="float32")
    plane = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    probability = 1 / (1 + np.exp(-np.asarray(score(plane), "float64").reshape(60, 60)))
    shown = dict(cmap="cividis", vmin=0, vmax=1, origin="lower", extent=[-limit, limit] * 2, interpolation="nearest")
    colours = axes.imshow(probability, **shown)
    axes.plot(*np.asarray(real).T, ".", color="white", markersize=3, label="real")
    axes.plot(*np.asarray(fake).T, "x", color="#D55E00", markersize=4, label="generated")
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="first coordinate", title=title)
    axes.tick_params(labelsize=8)
    if bar:
        axes.set_ylabel("second coordinate")
        axes.legend(loc="upper right", fontsize=8, framealpha=1, facecolor="0.35", labelcolor="white")
        figure.colorbar(colours, ax=axes, label="probability of real, sigmoid(D)")


# Widgets


class Panel(ipywidgets.VBox):
    """Controls over one picture, which is drawn anew whenever a control moves.

    Args:
        draw: called with the values of the controls by name; returns what ``course.png`` takes.
        alt: what is to be seen, for readers who do not see it.
        controls: name -> ipywidget with a ``value``.
    """

    def __init__(self, draw: Callable, alt: str, **controls):
        self.draw, self.controls = draw, controls
        self.picture = ipywidgets.Image(format="png", layout=dict(align_self="flex-start", max_width="100%"))
        reset = ipywidgets.Button(description="reset controls")
        self._start = {name: control.value for name, control in controls.items()}
        reset.on_click(self.reset)
        for control in controls.values():
            control.style.description_width, control.layout.width = "9em", "34em"
            control.observe(self.update, "value")
        super().__init__([*controls.values(), ipywidgets.HBox([reset]), self.picture, ipywidgets.HTML(f"<small>{alt}</small>")])
        self.update()

    def __repr__(self):  # what a page shows that has no kernel
        return f"(a widget with the controls {', '.join(self.controls)}: run the notebook to move them)"

    def update(self, change=None) -> None:
        """Draw the picture for the values that the controls have now."""
        self.picture.value = png(self.draw(**{name: control.value for name, control in self.controls.items()}))

    def reset(self, button=None) -> None:
        """Put every control back to its first value."""
        for name, value in self._start.items():
            self.controls[name].value = value


def truncation(generator, seeds: Sequence[int] = range(8)) -> Panel:
    """A slider for psi: 1 leaves the images alone, 0 gives the mean image, below 0 they turn into their opposites."""
    psi = ipywidgets.FloatSlider(value=1.0, min=-1.0, max=1.5, step=0.05, description="psi")
    return Panel(lambda psi: truncated(generator, seeds, psi), "The same seeds; psi pulls all of them to the mean.", psi=psi)


def adain_channels(generator, seed_a: int = 0, seed_b: int = 1, layer: int = 2) -> Panel:
    """One feature map of one layer: change its scale and shift; or take the style of B in that layer and all after it."""
    layers = generator.config.num_layers

    def draw(seed_a, seed_b, swap, layer, channel, scale, shift):
        layer, maps = int(layer), style_layers(generator)[int(layer)].affine.bias.shape[0] // 2
        from_b = range(layer, layers) if swap == "this and finer" else [layer] if swap == "this layer" else []
        return styled(generator, seed_a, seed_b, from_b, layer, channel % maps, scale, shift)

    controls = dict(
        seed_a=ipywidgets.IntText(value=seed_a, description="seed of A"),
        seed_b=ipywidgets.IntText(value=seed_b, description="seed of B"),
        swap=ipywidgets.Dropdown(options=["none", "this layer", "this and finer"], description="style from B"),
        layer=ipywidgets.IntSlider(value=layer, min=0, max=layers - 1, description="layer"),
        channel=ipywidgets.IntSlider(value=0, min=0, max=generator.config.width(4) - 1, description="feature map"),
        scale=ipywidgets.FloatSlider(value=0.0, min=-20.0, max=20.0, step=0.5, description="add to scale"),
        shift=ipywidgets.FloatSlider(value=0.0, min=-20.0, max=20.0, step=0.5, description="add to shift"),
    )
    return Panel(draw, "Left A, right B, between them A with the changed style.", **controls)


def gan_slow_motion(step_discriminator: Callable, step_generator: Callable, sample: Callable, score: Callable, real) -> Panel:
    """Two buttons, a step of D and a step of G, above the score surface.

    Args:
        step_discriminator, step_generator: do one step each, without arguments.
        sample: () -> generated points (N, 2). score: points (N, 2) -> scores (N, 1). real: points (N, 2).
    """
    done = {"D": 0, "G": 0}

    def draw(steps):
        return score_surface(score, real, sample(), title=f"steps of D: {done['D']}, of G: {done['G']}")

    steps = ipywidgets.IntSlider(value=1, min=1, max=100, description="steps per click")
    panel = Panel(draw, "Bright: D says real. Dots: real points. Crosses: generated points.", steps=steps)

    def button(name, step):
        def click(_):
            for _ in range(steps.value):
                step()
            done[name] += steps.value
            panel.update()

        press = ipywidgets.Button(description=f"step {name}")
        press.on_click(click)
        return press

    panel.children = (ipywidgets.HBox([button("D", step_discriminator), button("G", step_generator)]), *panel.children)
    return panel

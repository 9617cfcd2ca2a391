"""A GAN on the plane, one step at a time (lesson 01)."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

from stylegan_tf.figures.pages import DPI
from stylegan_tf.widgets.parts.live import Live
from stylegan_tf.widgets.parts.panel import Panel


def score_surface(score: Callable, real, fake, limit: float = 3.0, title: str = "") -> Figure:
    """What the discriminator thinks of every point of a plane: the probability of "real".

    Real and generated points are drawn into it.

    Args:
        score: points (N, 2) -> scores (N, 1).
        real, fake: points (N, 2).
        limit: the square shown reaches from -limit to limit.
        title: above it.
    """
    figure = Figure(figsize=(4.2, 3.6), dpi=DPI, layout="constrained")
    draw_score_surface(figure, figure.subplots(), score, real, fake, limit, title)
    return figure


def probability_of_real(score: Callable, limit: float = 3.0) -> np.ndarray:
    """sigmoid(score) of the points of a square, (60, 60), the lowest row first."""
    line = np.linspace(-limit, limit, 60, dtype="float32")
    plane = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    return 1 / (1 + np.exp(-np.asarray(score(plane), "float64").reshape(60, 60)))


def draw_score_surface(figure, axes, score, real, fake, limit=3.0, title="", bar=True) -> None:
    """As ``score_surface``, into axes that are there already."""
    probability = probability_of_real(score, limit)
    shown = dict(
        cmap="cividis", vmin=0, vmax=1, origin="lower", extent=[-limit, limit] * 2, interpolation="nearest"
    )
    colours = axes.imshow(probability, **shown)
    axes.plot(*np.asarray(real).T, ".", color="white", markersize=3, label="real")
    axes.plot(*np.asarray(fake).T, "x", color="#D55E00", markersize=4, label="generated")
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="first coordinate", title=title)
    axes.tick_params(labelsize=8)
    if bar:
        axes.set_ylabel("second coordinate")
        axes.legend(loc="upper right", fontsize=8, framealpha=1, facecolor="0.35", labelcolor="white")
        figure.colorbar(colours, ax=axes, label="probability of real, sigmoid(D)")


def gan_slow_motion(
    step_discriminator: Callable, step_generator: Callable, sample: Callable, score: Callable, real
) -> Panel:
    """Two buttons, a step of D and a step of G, above the score surface.

    Args:
        step_discriminator, step_generator: do one step each, without arguments.
        sample: () -> generated points (N, 2).
        score: points (N, 2) -> scores (N, 1).
        real: points (N, 2).
    """
    # The figure, in which the surface, the generated points and the title will move.
    done = {"D": 0, "G": 0}
    figure = score_surface(score, real, sample(), title="steps of D: 0, of G: 0")  # as high as later ones
    axes = figure.axes[0]
    surface = axes.images[0]
    _, generated = axes.lines
    live = Live(figure, [surface, *axes.lines, axes.get_legend(), *axes.spines.values(), axes.title])

    def draw(steps):
        surface.set_data(probability_of_real(score))
        generated.set_data(*np.asarray(sample()).T)
        axes.set_title(f"steps of D: {done['D']}, of G: {done['G']}")
        return live.picture()

    steps = ipywidgets.IntSlider(value=1, min=1, max=100, description="steps per click")
    panel = Panel(draw, "Bright: D says real. Dots: real points. Crosses: generated points.", steps=steps)

    # The buttons.
    def button(name, step):
        def click(_):
            for _ in range(steps.value):
                step()
            done[name] += steps.value
            panel.request()

        press = ipywidgets.Button(description=f"step {name}")
        press.on_click(click)
        return press

    buttons = ipywidgets.HBox([button("D", step_discriminator), button("G", step_generator)])
    panel.children = (buttons, *panel.children)
    return panel

"""Lesson 07: what the weight of R1 does to the score surface of a problem in the plane."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import ipywidgets
import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure

from stylegan_tf.figures.pages import DPI
from stylegan_tf.training import losses
from stylegan_tf.training.optimizer import FusedAdam
from stylegan_tf.training.random_draws import seeded
from stylegan_tf.widgets.gan_slow_motion import draw_score_surface
from stylegan_tf.widgets.parts.live import raster
from stylegan_tf.widgets.parts.panel import Panel

GAMMAS = (0.0, 0.01, 0.1, 1.0, 10.0)


def as_pictures(points) -> np.ndarray:
    """Points (N, 2) as pictures of one pixel with two channels, float32 (N, 1, 1, 2)."""
    return np.asarray(points, "float32").reshape(-1, 1, 1, 2)


def trained_score(real, fake, gamma: float, steps: int = 300, seed: int = 0) -> keras.Model:
    """A small discriminator after so many steps of the logistic loss and R1 against generated points that
    stand still.

    Args:
        real, fake: points (N, 2). gamma: weight of R1, 0 or more.

    Returns:
        pictures (B, 1, 1, 2) -> scores (B, 1).

    Raises:
        ValueError: for a negative gamma.
    """
    if gamma < 0:
        raise ValueError(f"gamma is {gamma}; R1 is a penalty, so it must be 0 or more")
    with seeded(seed):
        hidden = [keras.layers.Dense(64, activation="leaky_relu") for _ in range(2)]
        D = keras.Sequential([keras.Input((1, 1, 2)), keras.layers.Flatten(), *hidden, keras.layers.Dense(1)])
    adam, (real, fake) = (
        FusedAdam(0.01, beta_1=0.0, beta_2=0.99),
        (tf.constant(as_pictures(p)) for p in (real, fake)),
    )

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            penalty, scores = losses.r1_penalty(D, real)
            loss = tf.reduce_mean(losses.discriminator_logistic(scores, D(fake)) + 0.5 * gamma * penalty)
        adam.apply(tape.gradient(loss, D.trainable_variables), D.trainable_variables)

    for _ in range(steps):
        step()
    return D


def slope_at(D, points) -> float:
    """Mean length of the slope of the score at points (N, 2)."""
    penalty, _ = losses.r1_penalty(D, tf.constant(as_pictures(points)))
    return float(np.sqrt(penalty).mean())


def surfaces(critics: dict[float, keras.Model], real, fake) -> Figure:
    """The score surface for each gamma, side by side; above each the mean slope at the real points."""
    width = 2.5 * len(critics) + 1.4
    figure = Figure(figsize=(width, 3.2), dpi=DPI, layout="constrained")
    for i, (axes, (gamma, D)) in enumerate(
        zip(np.ravel(figure.subplots(1, len(critics))), critics.items(), strict=True)
    ):
        title = f"gamma = {gamma:g}\nslope at real points {slope_at(D, real):.2g}"
        draw_score_surface(
            figure, axes, lambda points, D=D: D(as_pictures(points)), real, fake, bar=i == len(critics) - 1
        )
        axes.set_title(title, fontsize=10)
        axes.set_ylabel("" if i else "second coordinate")
        if i and axes.get_legend():
            axes.get_legend().remove()
    return figure


def r1_gamma(real, fake, gammas: Sequence[float] = GAMMAS, steps: int = 300, seed: int = 0) -> Panel:
    """A slider for gamma; the discriminator of each is trained when it is first asked for, which takes some
    seconds.
    """

    @functools.cache
    def draw(gamma):
        return raster(surfaces({gamma: trained_score(real, fake, gamma, steps, seed)}, real, fake))

    gamma = ipywidgets.SelectionSlider(options=list(gammas), value=gammas[0], description="gamma")
    return Panel(draw, "Bright: D says real. Dots: real points. Crosses: generated points.", gamma=gamma)

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
    """A small discriminator, trained with the logistic loss and R1 against generated points that do not move.

    Args:
        real, fake: points (N, 2).
        gamma: weight of R1, 0 or more.
        steps: of training.
        seed: of the first weights.

    Returns:
        pictures (B, 1, 1, 2) -> scores (B, 1).

    Raises:
        ValueError: for a negative gamma.
    """
    if gamma < 0:
        raise ValueError(f"gamma is {gamma}; R1 is a penalty, so it must be 0 or more")
    # A network for pictures of one pixel, and its optimizer.
    with seeded(seed):
        hidden = [keras.layers.Dense(64, activation="leaky_relu") for _ in range(2)]
        D = keras.Sequential([keras.Input((1, 1, 2)), keras.layers.Flatten(), *hidden, keras.layers.Dense(1)])
    adam = FusedAdam(0.01, beta_1=0.0, beta_2=0.99)
    real = tf.constant(as_pictures(real))
    fake = tf.constant(as_pictures(fake))

    # Its training.
    @tf.function
    def step():
        with tf.GradientTape() as tape:
            penalty, scores = losses.r1_penalty(D, real)
            loss = tf.reduce_mean(losses.discriminator_logistic(scores, D(fake)) + 0.5 * gamma * penalty)
        adam.apply(tape.gradient(loss, D.trainable_variables), D.trainable_variables)

    for _ in range(steps):
        step()
    return D


def score_of(D, points):
    """Scores (N, 1) of points (N, 2)."""
    return D(as_pictures(points))


def slope_at(D, points) -> float:
    """Mean length of the slope of the score at points (N, 2)."""
    penalty, _ = losses.r1_penalty(D, tf.constant(as_pictures(points)))
    return float(np.sqrt(penalty).mean())


def surfaces(critics: dict[float, keras.Model], real, fake) -> Figure:
    """The score surface for each gamma, side by side; above each the mean slope at the real points."""
    width = 2.5 * len(critics) + 1.4
    figure = Figure(figsize=(width, 3.2), dpi=DPI, layout="constrained")
    panes = np.ravel(figure.subplots(1, len(critics)))
    for i, (axes, (gamma, D)) in enumerate(zip(panes, critics.items(), strict=True)):
        is_first = i == 0
        is_last = i == len(critics) - 1
        draw_score_surface(figure, axes, functools.partial(score_of, D), real, fake, bar=is_last)
        axes.set_title(f"gamma = {gamma:g}\nslope at real points {slope_at(D, real):.2g}", fontsize=10)
        axes.set_ylabel("second coordinate" if is_first else "")
        if not is_first and axes.get_legend():
            axes.get_legend().remove()
    return figure


def r1_gamma(real, fake, gammas: Sequence[float] = GAMMAS, steps: int = 300, seed: int = 0) -> Panel:
    """A slider for gamma.

    The discriminator of each gamma is trained when it is first asked for, which takes some seconds.
    """

    @functools.cache
    def draw(gamma):
        D = trained_score(real, fake, gamma, steps, seed)
        return raster(surfaces({gamma: D}, real, fake))

    gamma = ipywidgets.SelectionSlider(options=list(gammas), value=gammas[0], description="gamma")
    return Panel(draw, "Bright: D says real. Dots: real points. Crosses: generated points.", gamma=gamma)

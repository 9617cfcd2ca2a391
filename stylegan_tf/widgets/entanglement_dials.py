"""Lesson 03: two dials of the data, and what they do to Z, to W and to an averaged direction."""

from __future__ import annotations

import functools

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

from stylegan_tf import latents, metrics
from stylegan_tf.course.ideal import IdealFaces, attributes
from stylegan_tf.figures.pages import BLUE, DPI, ORANGE
from stylegan_tf.widgets.parts.live import raster
from stylegan_tf.widgets.parts.panel import Panel

SAMPLES = 20_000


@functools.lru_cache(maxsize=256)
def entanglement_numbers(rho: float, hole: float, samples: int = SAMPLES, seed: int = 0) -> dict[str, float]:
    """What an ideal generator of such data measures.

    Returns:
        ``z``, ``w``: linear separability of the three attributes; 1 is perfect.
        ``leak``: units of smile that come along with one unit of hair on the averaged direction in W.
        ``corner``: share of faces with light hair and a laugh.
        ``correlation``: of hair and smile in the data.
    """
    faces = IdealFaces(rho, hole)
    z = np.random.default_rng(seed).standard_normal((samples, 3))
    w = faces.mapping(z)
    hair_direction = latents.direction(w, w[:, 0] > 0)
    return {
        "z": metrics.linear_separability(z, attributes(w)).score,
        "w": metrics.linear_separability(w, attributes(w)).score,
        "leak": float(hair_direction[1] / hair_direction[0]),
        "corner": float((w[:, :2] > 0).all(axis=1).mean()),
        "correlation": float(np.corrcoef(w.T)[0, 1]),
    }


def entanglement(rho: float = 0.0, hole: float = 0.0, numbers: bool = True) -> Figure:
    """Two planes: Z with a square grid and random codes, and the same grid and codes carried into the data.

    The bold lines are where hair turns light and where the smile turns: what a straight cut should follow.

    Args:
        rho, hole: as in ``IdealFaces``.
        numbers: measure, and say in the titles what was found.
    """
    faces = IdealFaces(rho, hole)
    figure = Figure(figsize=(7.8, 3.9), dpi=DPI, layout="constrained")
    axes = figure.subplots(1, 2)
    z = np.random.default_rng(0).standard_normal((500, 3))

    # The grid: square in Z, and where the mapping carries it.
    line = np.linspace(-2.5, 2.5, 401)
    ticks = np.linspace(-2.5, 2.5, 11)
    upright = [np.stack([np.full(401, at), line], axis=1) for at in ticks]
    grid = upright + [path[:, ::-1] for path in upright]
    for path in grid:
        carried = faces.mapping(np.column_stack([path, np.zeros(401)]))
        for ax, points in zip(axes, (path, carried), strict=True):
            ax.plot(points[:, 0], points[:, 1], color="0.6", lw=0.7, zorder=1)

    # The bold lines: straight in the data, bent in Z. A full hole has none of them in its corner.
    span = np.linspace(-1, 1, 400)
    still = np.zeros(400)
    cuts = {"hair turns light": (still, span, still), "the smile turns": (span, still, still)}
    for (name, cut), colour, dashes in zip(cuts.items(), (BLUE, ORANGE), ("-", "--"), strict=True):
        in_data = np.stack(cut, axis=1)  # (400, 3)
        if hole == 1:
            in_data = in_data[(in_data[:, 0] <= 0) | (in_data[:, 1] <= 0)]
        in_z = faces.inverse(np.clip(in_data, -0.99, 0.99))
        for ax, points in zip(axes, (in_z, in_data), strict=True):
            ax.plot(points[:, 0], points[:, 1], color=colour, ls=dashes, lw=2.5, label=name, zorder=3)

    # Random codes, and the axes.
    for ax, points in zip(axes, (z, faces.mapping(z)), strict=True):
        ax.plot(points[:, 0], points[:, 1], ".", color="black", markersize=2, zorder=2, label="faces")
    axes[0].set(xlim=(-2.5, 2.5), ylim=(-2.5, 2.5), aspect="equal", xlabel="z1", ylabel="z2", title="Z")
    axes[1].set(xlim=(-1.02, 1.02), ylim=(-1.02, 1.02), aspect="equal", title="the data, and W")
    axes[1].set(xlabel="hair, dark to light", ylabel="smile, frown to laugh")
    figure.legend(*axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)

    # What was measured.
    if numbers:
        found = entanglement_numbers(round(rho, 3), round(hole, 3))
        axes[0].set_title(f"Z: separability {found['z']:.2f}\nrho {rho:.2f}, hole {hole:.0%}", fontsize=11)
        leak = f"by averages, hair takes {found['leak']:+.2f} smile along"
        axes[1].set_title(f"the data, and W: separability {found['w']:.2f}\n{leak}", fontsize=11)
    return figure


def entanglement_dials() -> Panel:
    """Two sliders: the correlation of hair and smile in the data, and how much of a corner is missing."""
    # The controls, and the panel.
    controls = dict(
        rho=ipywidgets.FloatSlider(
            value=0.0, min=0.0, max=0.95, step=0.05, description="rho", continuous_update=False
        ),
        hole=ipywidgets.FloatSlider(
            value=0.8, min=0.0, max=1.0, step=0.1, description="hole", continuous_update=False
        ),
    )
    alt = (
        "Left a square grid in Z, right the same grid carried into the data; "
        "bold: where hair and smile change sides."
    )

    @functools.lru_cache(maxsize=256)  # all places of both sliders
    def draw(rho, hole):
        return raster(entanglement(rho, hole))

    return Panel(draw, alt, **controls)

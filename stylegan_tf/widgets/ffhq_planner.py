"""The planner as pictures: memory and days of every stage of a run on FFHQ, and a widget (lesson 16)."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import ipywidgets
from matplotlib.figure import Figure

from stylegan_tf.figures.pages import BLUE, DPI, ORANGE
from stylegan_tf.planning.plan import RESERVE, Plan, plan
from stylegan_tf.presets import preset
from stylegan_tf.widgets.parts.live import raster
from stylegan_tf.widgets.parts.panel import Panel

GREY = "0.6"


def ffhq_plan(resolution: int, gpus: int, batch: int | None, gpu_memory: float) -> Plan:
    """The plan of a preset, ffhq64 to ffhq1024.

    Args:
        resolution: 64 to 1024, a power of two.
        gpus: number of them.
        batch: images per GPU and step; None for the official ones.
        gpu_memory: in GB.
    """
    return plan(preset(f"ffhq{resolution}"), gpus, 1e9 * gpu_memory, batch)


def plan_picture(plan: Plan) -> Figure:
    """Memory of every stage, with what a GPU has, and its days."""
    figure = Figure(figsize=(8, 2.9), dpi=DPI, layout="constrained")
    draw_plan(figure, plan)
    return figure


def plan_strip(plans: dict[str, Plan]) -> Figure:
    """Several plans, one below the other, each with its name."""
    figure = Figure(figsize=(8, 2.9 * len(plans)), dpi=DPI, layout="constrained")
    parts = figure.subfigures(len(plans), 1, squeeze=False)[:, 0]
    for part, (name, found) in zip(parts, plans.items(), strict=True):
        draw_plan(part, found, name)
    return figure


def draw_plan(figure, plan: Plan, name: str = "") -> None:
    """As ``plan_picture``, into a Figure or SubFigure that is there already."""
    memory, days = figure.subplots(1, 2)
    names = [f"{s.resolution}" for s in plan.stages]
    places = range(len(plan.stages))

    # Memory in GB, in three layers.
    own = [s.weights / 1e9 for s in plan.stages]
    maps = [s.activations / 1e9 for s in plan.stages]
    reserve = RESERVE / 1e9
    memory.bar(places, reserve, color="0.8", label="driver, libraries")
    memory.bar(places, own, bottom=reserve, color=GREY, label="weights, optimizers")
    memory.bar(places, maps, bottom=[reserve + o for o in own], color=BLUE, label="feature maps")

    # What a GPU has, and the stages that do not fit.
    if plan.gpu_memory:
        have = plan.gpu_memory / 1e9
        memory.axhline(have, color=ORANGE, lw=1.5, ls="--", label=f"one GPU: {have:g} GB")
        for place, stage in zip(places, plan.stages, strict=True):
            if not stage.fits:
                memory.text(
                    place, stage.memory / 1e9, "✗", ha="center", va="bottom", color=ORANGE, fontsize=12
                )
    highest = max([plan.gpu_memory or 0, *(s.memory for s in plan.stages)])
    memory.set_ylim(0, 1.45 * highest / 1e9)
    memory.legend(fontsize=7, ncols=2, loc="upper left", frameon=False)
    memory.set_title("memory of one GPU, GB", fontsize=10)

    # Days.
    bars = days.bar(places, [s.days for s in plan.stages], color=BLUE)
    days.bar_label(bars, [_short(s.days) for s in plan.stages], fontsize=7)
    days.margins(y=0.15)
    days.set_title("days", fontsize=10)

    # Axes and title.
    for axes in (memory, days):
        axes.set_xticks(places, names, fontsize=8)
        axes.set_xlabel("stage (side of the images)", fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(axis="y", labelsize=8)
    total = f"{plan.days:.1f} days" if plan.days >= 1 else f"{24 * plan.days:.1f} hours"
    state = total if plan.fits else f"{total}, if it fitted: ✗ marks the stages that do not"
    figure.suptitle(f"{name}{': ' if name else ''}{state}", fontsize=11)


def _short(days):
    """A time in days, as text in days, hours or minutes."""
    if days >= 1:
        return f"{days:.1f} d"
    if days >= 1 / 24:
        return f"{24 * days:.1f} h"
    return f"{1440 * days:.0f} min"


def ffhq_planner(
    resolution: int = 256,
    gpus: int = 4,
    gpu_memory: float = 24,
    memories: Sequence[float] = (8, 11, 16, 24, 40, 80),
) -> Panel:
    """Choose resolution, GPUs, images per GPU and the memory of a GPU: see what fits, and how long it takes.

    Args:
        resolution, gpus, gpu_memory: the first choices; memory in GB.
        memories: the choices of a GPU's memory, in GB.
    """
    batches = [("official", None), *((str(n), n) for n in (1, 2, 4, 8, 16, 32, 64))]
    # The controls, and the panel.
    controls = dict(
        resolution=ipywidgets.Dropdown(
            options=[64, 128, 256, 512, 1024], value=resolution, description="resolution"
        ),
        gpus=ipywidgets.Dropdown(options=[1, 2, 4, 8], value=gpus, description="GPUs"),
        batch=ipywidgets.Dropdown(options=batches, value=None, description="images per GPU"),
        gpu_memory=ipywidgets.Dropdown(options=memories, value=gpu_memory, description="memory of a GPU, GB"),
    )

    @functools.lru_cache(maxsize=256)
    def draw(**chosen):
        return raster(plan_picture(ffhq_plan(**chosen)))

    alt = "Left: what one GPU must hold at each stage. Right: how long each stage takes on V100s."
    return Panel(draw, alt, **controls)

"""Training, scrubbed through: the same latents at every moment of a run (lesson 08)."""

from __future__ import annotations

from pathlib import Path

import ipywidgets
import numpy as np
from PIL import Image

from stylegan_tf.figures.layout import grid
from stylegan_tf.figures.training import sample_moments
from stylegan_tf.runs.run import Run
from stylegan_tf.widgets.parts.panel import Panel

COLUMNS = 8  # of the sample pictures
SHOWN = {
    "d_loss": "loss of D",
    "g_loss": "loss of G",
    "real_score": "D(real)",
    "fake_score": "D(fake)",
    "z_share": "share of z",
}


def sample_rows(file, rows: int) -> Image.Image:
    """The first rows of a sample picture, every image enlarged to about 64 dots."""
    pixels = np.atleast_3d(np.asarray(Image.open(file)))
    side = pixels.shape[1] // COLUMNS
    rows = min(rows, pixels.shape[0] // side)
    images = pixels[: rows * side].reshape(rows, side, COLUMNS, side, -1).swapaxes(1, 2)
    images = images.reshape(rows * COLUMNS, side, side, -1)
    return grid(images, COLUMNS, scale=max(1, 64 // side), gap=2)


def moment_text(kimg: float, resolution: int, history: list[dict]) -> str:
    """An HTML table: the moment, and what history.csv says of the last tick until then."""
    rows = {"kimg": f"{kimg:.1f}", "resolution": f"{resolution}x{resolution}"}
    past = [row for row in history if row["kimg"] <= kimg + 1e-3]
    for name, label in SHOWN.items():
        value = past[-1].get(name, np.nan) if past else np.nan
        if np.isfinite(value):
            rows[label] = f"{value:.3g}"
    lines = "".join(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in rows.items())
    return f"<table>{lines}</table>"


def training_scrubber(run: Run | str | Path, rows: int = 3) -> Panel:
    """A slider through the sample pictures of a run; every place is the same latent at every moment.

    Args:
        run: a Run, or its folder.
        rows: how many rows of 8 latents to show at first.

    Raises:
        ValueError: if the run has no sample pictures yet.
    """
    if not isinstance(run, Run):
        run = Run(run)
    moments = sample_moments(run.sample_files())
    history = run.history()
    names = {f"{kimg:.1f} kimg": kimg for kimg in sorted(moments)}

    def draw(moment, rows):
        resolution, file = moments[names[moment]]
        return sample_rows(file, rows), moment_text(names[moment], resolution, history)

    # The controls, and the panel.
    controls = dict(
        moment=ipywidgets.SelectionSlider(options=list(names), value=list(names)[-1], description="moment"),
        rows=ipywidgets.IntSlider(value=rows, min=1, max=8, description="rows"),
    )
    return Panel(draw, "Every place shows one latent; only the training continues.", **controls)

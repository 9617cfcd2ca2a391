"""Pictures of a generator and of its training: the paper's figures, curves, the schedule."""

from stylegan_tf.figures.layout import grid, labelled
from stylegan_tf.figures.noise import noise_deviation, noise_figure
from stylegan_tf.figures.pages import BLUE, DPI, ORANGE, table
from stylegan_tf.figures.paper import mixing_grid, style_bands, truncation_strip, uncurated_sheet
from stylegan_tf.figures.redraw import redraw_pairs
from stylegan_tf.figures.training import curves, growth, schedule_plot

__all__ = [
    "BLUE",
    "DPI",
    "ORANGE",
    "curves",
    "grid",
    "growth",
    "labelled",
    "mixing_grid",
    "noise_deviation",
    "noise_figure",
    "redraw_pairs",
    "schedule_plot",
    "style_bands",
    "table",
    "truncation_strip",
    "uncurated_sheet",
]

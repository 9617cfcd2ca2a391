"""Pictures to play with: pure functions that draw, and thin ipywidgets over them.

Each widget shows its picture in one ``ipywidgets.Image`` that is updated in place. Where no front end answers (a notebook
that is run by a test, or read on a page) the picture is drawn once; the film strip beside it shows what would be seen.
A widget takes a generator of any resolution and channel count.
"""

from stylegan_tf.widgets.ablations import ablation_viewer, side_by_side
from stylegan_tf.widgets.channels import adain_channels, restyled, style_layers, style_strip, styled
from stylegan_tf.widgets.controls import Layers, Seed, layer_table
from stylegan_tf.widgets.dials import entanglement_dials
from stylegan_tf.widgets.edits import edited, editing, leaks
from stylegan_tf.widgets.gamma import r1_gamma
from stylegan_tf.widgets.hyperplane import bits_left, project, separability
from stylegan_tf.widgets.judged import Disturbed, deal, quality_meters, which_is_real
from stylegan_tf.widgets.mixing import mixed, mixed_styles, style_mixing
from stylegan_tf.widgets.new_block import growing
from stylegan_tf.widgets.panel import Panel
from stylegan_tf.widgets.planner import ffhq_planner
from stylegan_tf.widgets.playground import Playground, playground
from stylegan_tf.widgets.playground_files import state_in
from stylegan_tf.widgets.playground_state import State
from stylegan_tf.widgets.psi import psi_meters
from stylegan_tf.widgets.scrubber import sample_rows, training_scrubber
from stylegan_tf.widgets.slow_motion import draw_score_surface, gan_slow_motion, score_surface
from stylegan_tf.widgets.stochastic import learned_strengths, noise, noise_effect, noisy
from stylegan_tf.widgets.truncate import truncated, truncation
from stylegan_tf.widgets.walk import interpolation, lengths, squared_difference, walk
from stylegan_tf.widgets.z_plane import mapping_pad

__all__ = [
    "Disturbed",
    "Layers",
    "Panel",
    "Playground",
    "Seed",
    "State",
    "ablation_viewer",
    "adain_channels",
    "bits_left",
    "deal",
    "draw_score_surface",
    "edited",
    "editing",
    "entanglement_dials",
    "ffhq_planner",
    "gan_slow_motion",
    "growing",
    "interpolation",
    "layer_table",
    "leaks",
    "learned_strengths",
    "lengths",
    "mapping_pad",
    "mixed",
    "mixed_styles",
    "noise",
    "noise_effect",
    "noisy",
    "playground",
    "project",
    "psi_meters",
    "quality_meters",
    "r1_gamma",
    "restyled",
    "sample_rows",
    "score_surface",
    "separability",
    "side_by_side",
    "squared_difference",
    "state_in",
    "style_layers",
    "style_mixing",
    "style_strip",
    "styled",
    "training_scrubber",
    "truncated",
    "truncation",
    "walk",
    "which_is_real",
]

"""Pictures to play with: pure functions that draw, and thin ipywidgets over them.

Each widget shows its picture in one ``ipywidgets.Image`` that is updated in place. Where no front end answers
(a notebook that is run by a test, or read on a page) the picture is drawn once, and the film strip next to it
shows what would be seen. A widget takes a generator of any resolution and channel count.
"""

from stylegan_tf.widgets.ablation_viewer import ablation_viewer, side_by_side
from stylegan_tf.widgets.adain_channels import adain_channels, restyled, style_layers, style_strip, styled
from stylegan_tf.widgets.augmentation import augmentation, augmented
from stylegan_tf.widgets.class_and_seed import class_and_seed, of_classes
from stylegan_tf.widgets.editing import edited, editing, leaks
from stylegan_tf.widgets.entanglement_dials import entanglement_dials
from stylegan_tf.widgets.ffhq_planner import ffhq_planner
from stylegan_tf.widgets.gan_slow_motion import draw_score_surface, gan_slow_motion, score_surface
from stylegan_tf.widgets.growing import growing
from stylegan_tf.widgets.interpolation import interpolation, lengths, squared_difference, walk
from stylegan_tf.widgets.mapping_pad import mapping_pad
from stylegan_tf.widgets.noise import learned_strengths, noise, noise_effect, noisy
from stylegan_tf.widgets.parts.controls import Layers, Seed, layer_table
from stylegan_tf.widgets.parts.panel import Panel
from stylegan_tf.widgets.playground.files import state_in
from stylegan_tf.widgets.playground.page_widget import Playground, playground
from stylegan_tf.widgets.playground.state import State
from stylegan_tf.widgets.psi_meters import psi_meters
from stylegan_tf.widgets.quality_meters import Disturbed, deal, quality_meters, which_is_real
from stylegan_tf.widgets.r1_gamma import r1_gamma
from stylegan_tf.widgets.separability import bits_left, project, separability
from stylegan_tf.widgets.style_mixing import mixed, mixed_styles, style_mixing
from stylegan_tf.widgets.training_scrubber import sample_rows, training_scrubber
from stylegan_tf.widgets.truncation import truncated, truncation

__all__ = [
    "Disturbed",
    "Layers",
    "Panel",
    "Playground",
    "Seed",
    "State",
    "ablation_viewer",
    "adain_channels",
    "augmentation",
    "augmented",
    "bits_left",
    "class_and_seed",
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
    "of_classes",
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

"""Checks of the exercises: each compares an answer with an oracle and says what is wrong, by name where it can."""

from stylegan_tf.checks.adain import check_adain, check_feature_statistics, check_style_count, check_transfer
from stylegan_tf.checks.frame import WrongAnswer
from stylegan_tf.checks.gans import check_best_discriminator, check_discriminator_loss, check_generator_loss
from stylegan_tf.checks.latent_spaces import check_analogy, check_averaged_direction, check_corner_share, check_interpolate
from stylegan_tf.checks.mapping import check_mapping_layer, check_normalize_z, check_running_mean
from stylegan_tf.checks.start import check_shape, check_truncate

__all__ = [
    "WrongAnswer",
    "check_adain",
    "check_analogy",
    "check_averaged_direction",
    "check_best_discriminator",
    "check_corner_share",
    "check_discriminator_loss",
    "check_feature_statistics",
    "check_generator_loss",
    "check_interpolate",
    "check_mapping_layer",
    "check_normalize_z",
    "check_running_mean",
    "check_shape",
    "check_style_count",
    "check_transfer",
    "check_truncate",
]

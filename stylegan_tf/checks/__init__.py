"""Checks of the exercises: each compares an answer with an oracle and says what is wrong, by name where it can."""

from stylegan_tf.checks.adain import check_adain, check_feature_statistics, check_style_count, check_transfer
from stylegan_tf.checks.frame import WrongAnswer
from stylegan_tf.checks.gans import check_best_discriminator, check_discriminator_loss, check_generator_loss
from stylegan_tf.checks.quality import check_fid_at_infinity, check_frechet, check_frechet_line, check_precision
from stylegan_tf.checks.start import check_shape, check_truncate
from stylegan_tf.checks.truncation import (
    check_centre_of_mass,
    check_choose_psi,
    check_truncate_layers,
    check_variance_left,
)

__all__ = [
    "WrongAnswer",
    "check_adain",
    "check_best_discriminator",
    "check_centre_of_mass",
    "check_choose_psi",
    "check_discriminator_loss",
    "check_feature_statistics",
    "check_fid_at_infinity",
    "check_frechet",
    "check_frechet_line",
    "check_generator_loss",
    "check_precision",
    "check_shape",
    "check_style_count",
    "check_transfer",
    "check_truncate",
    "check_truncate_layers",
    "check_variance_left",
]

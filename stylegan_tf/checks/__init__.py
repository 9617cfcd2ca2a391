"""Checks of the exercises: each compares an answer with an oracle and says what is wrong, by name where it can."""

from stylegan_tf.checks.adain import check_adain, check_feature_statistics, check_style_count, check_transfer
from stylegan_tf.checks.ffhq import check_days, check_records_size, check_replica_loss
from stylegan_tf.checks.frame import WrongAnswer
from stylegan_tf.checks.gans import check_best_discriminator, check_discriminator_loss, check_generator_loss
from stylegan_tf.checks.start import check_shape, check_truncate
from stylegan_tf.checks.training import check_average_weight, check_diagnosis, check_stage

__all__ = [
    "WrongAnswer",
    "check_adain",
    "check_average_weight",
    "check_best_discriminator",
    "check_diagnosis",
    "check_days",
    "check_discriminator_loss",
    "check_feature_statistics",
    "check_generator_loss",
    "check_records_size",
    "check_replica_loss",
    "check_shape",
    "check_stage",
    "check_style_count",
    "check_transfer",
    "check_truncate",
]

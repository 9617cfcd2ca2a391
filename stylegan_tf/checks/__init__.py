"""Checks of the exercises: each compares an answer with an oracle, and says what is wrong with it."""

from stylegan_tf.checks.ablation import check_difference, check_standard_error, check_unmask
from stylegan_tf.checks.adain import check_adain, check_feature_statistics, check_style_count, check_transfer
from stylegan_tf.checks.discriminator import check_blur, check_folded, check_group_deviation, check_r1
from stylegan_tf.checks.editing import check_balanced_direction, check_change_and_error, check_take_out
from stylegan_tf.checks.exercise import WrongAnswer, grade, verdict_of
from stylegan_tf.checks.ffhq import check_days, check_largest_batch, check_replica_loss
from stylegan_tf.checks.gans import check_best_discriminator, check_discriminator_loss, check_generator_loss
from stylegan_tf.checks.growing import (
    check_fade,
    check_fade_gradients,
    check_pixel_norm,
    check_scale,
    check_to_rgb,
)
from stylegan_tf.checks.latent_spaces import (
    check_analogy,
    check_averaged_direction,
    check_corner_share,
    check_interpolate,
)
from stylegan_tf.checks.mapping import check_mapping_layer, check_running_mean, check_share_of_w
from stylegan_tf.checks.noise import check_add_noise, check_deviation_map, check_share_of_z
from stylegan_tf.checks.own_pictures import check_by_heart, check_label_score, check_next_p, check_unmixed
from stylegan_tf.checks.path_length import (
    check_even_walk,
    check_linear_path_length,
    check_map_distance,
    check_path_score,
)
from stylegan_tf.checks.playground import check_all_dials, check_demodulate, check_psnr
from stylegan_tf.checks.quality import (
    check_fid_at_infinity,
    check_frechet,
    check_frechet_line,
    check_precision,
)
from stylegan_tf.checks.separability import (
    check_angle,
    check_bits_left,
    check_most_confident,
    check_separability_score,
)
from stylegan_tf.checks.start import check_halfway, check_shape, check_truncate
from stylegan_tf.checks.style_mixing import check_carried, check_cross, check_draw_crossover
from stylegan_tf.checks.training import check_average_weight, check_diagnosis, check_stage
from stylegan_tf.checks.truncation import (
    check_choose_psi,
    check_pull_far,
    check_truncate_layers,
    check_variance_left,
)

__all__ = [
    "WrongAnswer",
    "check_adain",
    "check_add_noise",
    "check_all_dials",
    "check_analogy",
    "check_angle",
    "check_average_weight",
    "check_averaged_direction",
    "check_balanced_direction",
    "check_best_discriminator",
    "check_bits_left",
    "check_blur",
    "check_by_heart",
    "check_carried",
    "check_change_and_error",
    "check_choose_psi",
    "check_corner_share",
    "check_cross",
    "check_days",
    "check_demodulate",
    "check_deviation_map",
    "check_diagnosis",
    "check_difference",
    "check_discriminator_loss",
    "check_draw_crossover",
    "check_even_walk",
    "check_fade",
    "check_fade_gradients",
    "check_feature_statistics",
    "check_fid_at_infinity",
    "check_folded",
    "check_frechet",
    "check_frechet_line",
    "check_generator_loss",
    "check_group_deviation",
    "check_halfway",
    "check_interpolate",
    "check_label_score",
    "check_largest_batch",
    "check_linear_path_length",
    "check_map_distance",
    "check_mapping_layer",
    "check_most_confident",
    "check_next_p",
    "check_path_score",
    "check_pixel_norm",
    "check_precision",
    "check_psnr",
    "check_pull_far",
    "check_r1",
    "check_replica_loss",
    "check_running_mean",
    "check_scale",
    "check_separability_score",
    "check_shape",
    "check_share_of_w",
    "check_share_of_z",
    "check_stage",
    "check_standard_error",
    "check_style_count",
    "check_take_out",
    "check_to_rgb",
    "check_transfer",
    "check_truncate",
    "check_truncate_layers",
    "check_unmask",
    "check_unmixed",
    "check_variance_left",
    "grade",
    "verdict_of",
]

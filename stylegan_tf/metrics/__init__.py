"""Measuring what a generator makes."""

from stylegan_tf.metrics.coverage import density_coverage, precision_recall
from stylegan_tf.metrics.distances import DigitsDistance
from stylegan_tf.metrics.fid import Statistics, cached_statistics, fid
from stylegan_tf.metrics.judges.digits import judge_digits
from stylegan_tf.metrics.judges.faces import FaceReader
from stylegan_tf.metrics.judges.features import DigitsJudge
from stylegan_tf.metrics.kid import floor, kid
from stylegan_tf.metrics.path_length import perceptual_path_length
from stylegan_tf.metrics.redraw import redraw
from stylegan_tf.metrics.separability import linear_separability
from stylegan_tf.metrics.truncation import truncation_table

__all__ = [
    "DigitsDistance",
    "DigitsJudge",
    "FaceReader",
    "Statistics",
    "cached_statistics",
    "density_coverage",
    "fid",
    "floor",
    "judge_digits",
    "kid",
    "linear_separability",
    "perceptual_path_length",
    "precision_recall",
    "redraw",
    "truncation_table",
]

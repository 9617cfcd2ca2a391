"""Measuring what a generator makes."""

from stylegan_tf.metrics.digits import judge_digits
from stylegan_tf.metrics.faces import FaceReader
from stylegan_tf.metrics.fid import fid

__all__ = ["FaceReader", "fid", "judge_digits"]

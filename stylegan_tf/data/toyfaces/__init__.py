"""Toy faces: pictures drawn from factors that are all known."""

from stylegan_tf.data.toyfaces.dataset import (
    FACTORS,
    ToyFaces,
    draw_faces,
    factor_table,
    load_toyfaces,
    pearson,
    sample_factors,
)

__all__ = ["FACTORS", "ToyFaces", "draw_faces", "factor_table", "load_toyfaces", "pearson", "sample_factors"]

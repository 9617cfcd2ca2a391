"""Data: from a name or an array to batches for a stage of training."""

from stylegan_tf.data.digits import load_digits, load_tfds
from stylegan_tf.data.ffhq.dataset import load_ffhq
from stylegan_tf.data.folder.dataset import Folder, load_folder, open_folder
from stylegan_tf.data.folder.doctor import examine
from stylegan_tf.data.folder.picture import read_picture
from stylegan_tf.data.names import NAMES, check_name, dials, kind, open_dataset
from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.data.source import Images, Source, as_images
from stylegan_tf.data.tfrecords import TFRecords
from stylegan_tf.data.tfrecords_writer import write_tfrecords
from stylegan_tf.data.toyfaces.dataset import (
    FACTORS,
    ToyFaces,
    draw_faces,
    factor_table,
    load_toyfaces,
    pearson,
    sample_factors,
)

__all__ = [
    "FACTORS",
    "NAMES",
    "Folder",
    "Images",
    "Source",
    "TFRecords",
    "ToyFaces",
    "as_images",
    "check_name",
    "dials",
    "draw_faces",
    "examine",
    "factor_table",
    "kind",
    "load_digits",
    "load_ffhq",
    "load_folder",
    "load_tfds",
    "load_toyfaces",
    "open_dataset",
    "open_folder",
    "pearson",
    "read_picture",
    "sample_factors",
    "to_uint8",
    "write_tfrecords",
]

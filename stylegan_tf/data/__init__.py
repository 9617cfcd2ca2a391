"""Data: from a name or an array to batches for a stage of training."""

from stylegan_tf.data.digits import load_digits, load_tfds
from stylegan_tf.data.ffhq import load_ffhq
from stylegan_tf.data.pipeline import Images, Source, as_images, process_reals, to_uint8
from stylegan_tf.data.tfrecords import TFRecords
from stylegan_tf.data.tfrecords_writer import write_tfrecords
from stylegan_tf.data.toyfaces import FACTORS, ToyFaces, draw_faces, factor_table, load_toyfaces, pearson, sample_factors

KINDS = {"digits": "", "toyfaces": "", "tfds": "NAME", "tfrecords": "PATH", "ffhq": "PATH"}
NAMES = ", ".join(f"{kind}:{what}" if what else kind for kind, what in KINDS.items())


def check_name(name: str) -> None:
    """Raise ValueError if no data set can have that name."""
    kind, _, place = name.partition(":")
    if bool(place) != bool(KINDS.get(kind, not place)):
        raise ValueError(f"there is no data set '{name}'; choose one of {NAMES} (such as tfds:fashion_mnist)")


def open_dataset(
    name: str, data_dir=None, download: bool = False, resolution: int | None = None, channels: int | None = None
) -> Source:
    """The data set of that name: ``digits`` (shipped), ``toyfaces`` (10,000, drawn now), ``tfds:NAME``, ``tfrecords:PATH`` or
    ``ffhq:PATH``.

    Args:
        data_dir: where tensorflow-datasets keeps its data, and drawn faces are kept (else nowhere).
        download: allow tensorflow-datasets to download.
        resolution: of drawn faces, default 32; other data sets come at their own.

    Raises:
        ValueError: for any other name. FileNotFoundError: if the data are not on this machine.
    """
    check_name(name)
    kind, _, place = name.partition(":")
    if kind == "digits":
        return load_digits()
    if kind == "toyfaces":
        return load_toyfaces(resolution=resolution or 32, cache=data_dir)
    if kind == "tfds":
        return load_tfds(place, data_dir=data_dir, download=download)
    return TFRecords(place) if kind == "tfrecords" else load_ffhq(place)


__all__ = [
    "FACTORS",
    "Images",
    "Source",
    "TFRecords",
    "ToyFaces",
    "as_images",
    "check_name",
    "draw_faces",
    "factor_table",
    "load_digits",
    "load_ffhq",
    "load_tfds",
    "load_toyfaces",
    "open_dataset",
    "pearson",
    "process_reals",
    "sample_factors",
    "to_uint8",
    "write_tfrecords",
]

"""Data: from a name or an array to batches for a stage of training."""

from stylegan_tf.data.digits import load_digits, load_tfds
from stylegan_tf.data.ffhq import load_ffhq
from stylegan_tf.data.pipeline import Images, Source, as_images, process_reals, to_uint8
from stylegan_tf.data.tfrecords import TFRecords
from stylegan_tf.data.tfrecords_writer import write_tfrecords


def open_dataset(name: str, data_dir=None, download: bool = False) -> Source:
    """The data set of that name: ``digits`` (shipped), ``tfds:NAME``, ``tfrecords:PATH`` or ``ffhq:PATH``.

    Raises:
        ValueError: for any other name. FileNotFoundError: if the data are not on this machine.
    """
    if name == "digits":
        return load_digits()
    if name.startswith("tfds:"):
        return load_tfds(name.removeprefix("tfds:"), data_dir=data_dir, download=download)
    if name.startswith("tfrecords:"):
        return TFRecords(name.removeprefix("tfrecords:"))
    if name.startswith("ffhq:"):
        return load_ffhq(name.removeprefix("ffhq:"))
    choices = "digits, tfds:NAME (tfds:mnist, tfds:fashion_mnist, tfds:kmnist), tfrecords:PATH or ffhq:PATH"
    raise ValueError(f"there is no data set '{name}'; choose {choices}")


__all__ = [
    "Images",
    "Source",
    "TFRecords",
    "as_images",
    "load_digits",
    "load_ffhq",
    "load_tfds",
    "open_dataset",
    "process_reals",
    "to_uint8",
    "write_tfrecords",
]

"""Data: from a name or an array to batches for a stage of training."""

from stylegan_tf.data.digits import load_digits, load_tfds
from stylegan_tf.data.pipeline import Images, Source, as_images, process_reals, to_uint8


def open_dataset(name: str, data_dir=None, download: bool = False) -> Source:
    """The data set of that name: ``digits`` (shipped) or ``tfds:NAME``.

    Raises:
        ValueError: for any other name. FileNotFoundError: if the data are not on this machine.
    """
    if name == "digits":
        return load_digits()
    if name.startswith("tfds:"):
        return load_tfds(name.removeprefix("tfds:"), data_dir=data_dir, download=download)
    raise ValueError(f"there is no data set '{name}'; choose digits or tfds:NAME (tfds:mnist, tfds:fashion_mnist, tfds:kmnist)")


__all__ = ["Images", "Source", "as_images", "load_digits", "load_tfds", "open_dataset", "process_reals", "to_uint8"]

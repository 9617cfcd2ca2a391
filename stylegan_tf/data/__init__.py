"""Data: from a name or an array to batches for a stage of training."""

from stylegan_tf.data.digits import load_digits, load_tfds
from stylegan_tf.data.pipeline import Images, Source, as_images, process_reals, to_uint8
from stylegan_tf.data.toyfaces import FACTORS, ToyFaces, draw_faces, factor_table, load_toyfaces, pearson, sample_factors


def open_dataset(name: str, data_dir=None, download: bool = False, resolution: int | None = None) -> Source:
    """The data set of that name: ``digits`` (shipped), ``toyfaces`` (10,000, drawn now) or ``tfds:NAME``.

    ``resolution`` is that of pictures that are drawn (default 32); others come at their own. Drawn ones are kept in ``data_dir``
    if it is given.

    Raises:
        ValueError: for any other name. FileNotFoundError: if the data are not on this machine.
    """
    if name == "digits":
        return load_digits()
    if name == "toyfaces":
        return load_toyfaces(resolution=resolution or 32, cache=data_dir)
    if name.startswith("tfds:"):
        return load_tfds(name.removeprefix("tfds:"), data_dir=data_dir, download=download)
    raise ValueError(f"there is no data set '{name}'; choose digits, toyfaces or tfds:NAME (tfds:mnist, tfds:fashion_mnist, ...)")


__all__ = [
    "FACTORS",
    "Images",
    "Source",
    "ToyFaces",
    "as_images",
    "draw_faces",
    "factor_table",
    "load_digits",
    "load_tfds",
    "load_toyfaces",
    "open_dataset",
    "pearson",
    "process_reals",
    "sample_factors",
    "to_uint8",
]

"""Data: from a name or an array to batches for a stage of training."""

from stylegan_tf.data.digits import load_digits, load_tfds
from stylegan_tf.data.doctor import Report, examine
from stylegan_tf.data.folder import Folder, load_folder, open_folder
from stylegan_tf.data.picture import read_picture
from stylegan_tf.data.pipeline import Images, Source, as_images, process_reals, to_uint8


def open_dataset(
    name: str, data_dir=None, download: bool = False, resolution: int | None = None, channels: int | None = None
) -> Source:
    """The data set of that name: ``digits`` (shipped), ``tfds:NAME`` or ``folder:PATH``.

    Args:
        data_dir: where tensorflow-datasets keeps its data; where a folder's decoded pictures are cached (no cache without it).
        resolution, channels: of a folder's pictures. By default 3 channels, and the largest power of two, up to 1024, that the
            shorter sides of 95 % of the pictures reach. Sub-folders are classes if every picture is in one of several.

    Raises:
        ValueError: for any other name. FileNotFoundError: if the data are not on this machine.
    """
    if name == "digits":
        return load_digits()
    if name.startswith("tfds:"):
        return load_tfds(name.removeprefix("tfds:"), data_dir=data_dir, download=download)
    if name.startswith("folder:"):
        return open_folder(name.removeprefix("folder:"), resolution, channels, cache=data_dir)
    known = "digits, tfds:NAME (tfds:mnist, tfds:fashion_mnist, tfds:kmnist) or folder:PATH"
    raise ValueError(f"there is no data set '{name}'; choose {known}")


__all__ = [
    "Folder",
    "Images",
    "Report",
    "Source",
    "as_images",
    "examine",
    "load_digits",
    "load_folder",
    "load_tfds",
    "open_dataset",
    "process_reals",
    "read_picture",
    "to_uint8",
]

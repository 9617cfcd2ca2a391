"""Handwritten digits: 10,000 shipped with the package, and the full sets through tensorflow-datasets."""

from __future__ import annotations

import hashlib

import numpy as np

from stylegan_tf.data.source import Images
from stylegan_tf.files import data_file

_SHA256 = "0217e13bd0668deb198aa7d305edbf0331eb89f8a6e7dd226e03d1aa3a9bd4ef"


def load_digits() -> Images:
    """10,000 MNIST training digits, uint8 (10000, 32, 32, 1), with labels (10000,); no download.

    28x28 pixels padded to 32x32 with background, so that the side halves down to 4. Shuffled: the file is
    sorted by digit.
    """
    path = data_file("mnist_10k.npz")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != _SHA256:
        raise ValueError(
            f"{path} is damaged (its sha256 differs from the one in data/README.md); restore it from the repository"
        )
    with np.load(path) as file:
        images, labels = file["images"], file["labels"]
    order = np.random.default_rng(0).permutation(len(images))
    return Images(pad_to_power_of_two(images[order]), labels[order], name="digits")


def load_tfds(name: str, split: str = "train", data_dir=None, download: bool = False) -> Images:
    """A set of square pictures from tensorflow-datasets (mnist, fashion_mnist, kmnist, ...), padded to a
    power of two.

    It is read whole into memory. ``ffhq/64`` to ``ffhq/1024`` are known too, once prepared
    (docs/ffhq_data.md).

    Raises:
        FileNotFoundError: if it is not prepared in ``data_dir`` and ``download`` is False. ValueError:
            unknown name.
    """
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise ImportError("tfds:NAME needs tensorflow-datasets: pip install 'stylegan-tf[tfds]'") from error
    if name.partition("/")[0] == "ffhq":
        import stylegan_tf.data.ffhq.builder  # noqa: F401, which makes it known
    try:
        builder = tfds.builder(name, data_dir=data_dir)
    except tfds.core.DatasetNotFoundError as error:
        raise ValueError(
            f"tensorflow-datasets has no '{name}'; try mnist, fashion_mnist or kmnist"
        ) from error
    if download:
        builder.download_and_prepare()
    elif not builder.data_path.exists():
        place = builder.data_path.parent
        raise FileNotFoundError(
            f"{name} is not prepared in {place}; add --download (or download=True) to fetch it"
        )
    keys = [key for key in ("image", "label") if key in builder.info.features]
    dataset = builder.as_dataset(
        split=split, batch_size=1000, decoders=tfds.decode.PartialDecoding(dict.fromkeys(keys, True))
    )
    images, *labels = (
        np.concatenate(p) for p in zip(*([e[k] for k in keys] for e in tfds.as_numpy(dataset)), strict=True)
    )
    return Images(pad_to_power_of_two(images), *labels, name=f"tfds:{name}")


def pad_to_power_of_two(images: np.ndarray) -> np.ndarray:
    """Square pictures (N, side, side[, C]) centred on background 0; 28 becomes 32."""
    side = images.shape[1]
    target = 1 << (side - 1).bit_length()
    before = (target - side) // 2
    pads = ((0, 0), (before, target - side - before), (before, target - side - before)) + ((0, 0),) * (
        images.ndim - 3
    )
    return np.pad(images, pads)

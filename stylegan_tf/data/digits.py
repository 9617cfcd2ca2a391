"""Handwritten digits: 10,000 shipped with the package, and the full sets through tensorflow-datasets."""

from __future__ import annotations

import hashlib

import numpy as np

from stylegan_tf.data.source import Images
from stylegan_tf.files import data_file, expanded

_SHA256 = "0217e13bd0668deb198aa7d305edbf0331eb89f8a6e7dd226e03d1aa3a9bd4ef"


def load_digits() -> Images:
    """10,000 MNIST training digits, uint8 (10000, 32, 32, 1), with labels (10000,); no download.

    The 28x28 pixels are padded to 32x32 with background, so that the side can be halved down to 4.

    Raises:
        FileNotFoundError: if the file is missing.
        ValueError: if it is damaged.
    """
    # The shipped file, if it is still the one whose sum is known.
    path = data_file("mnist_10k.npz")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != _SHA256:
        raise ValueError(
            f"{path} is damaged (its sha256 differs from the one in data/README.md); "
            "restore it from the repository"
        )
    with np.load(path) as file:
        images = file["images"]
        labels = file["labels"]

    # Shuffled, since the file is sorted by digit.
    order = np.random.default_rng(0).permutation(len(images))
    return Images(pad_to_power_of_two(images[order]), labels[order], name="digits")


def load_tfds(name: str, split: str = "train", data_dir=None, download: bool = False) -> Images:
    """A set of square pictures from tensorflow-datasets, padded to a power of two.

    It is read whole into memory.

    Args:
        name: mnist, fashion_mnist, kmnist, ...; also ``ffhq/64`` to ``ffhq/1024``, once they are prepared
            (docs/ffhq_data.md).
        split: which part of the set.
        data_dir: where tensorflow-datasets has its data; None: its default place.
        download: allow it to download.

    Raises:
        FileNotFoundError: if it is not prepared in ``data_dir`` and ``download`` is False.
        ImportError: if tensorflow-datasets is not installed.
        ValueError: for an unknown name.
    """
    # The library is an extra. FFHQ is not among its sets until our builder is imported.
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise ImportError("tfds:NAME needs tensorflow-datasets: pip install 'stylegan-tf[tfds]'") from error
    if name.partition("/")[0] == "ffhq":
        import stylegan_tf.data.ffhq.builder  # noqa: F401

    if data_dir is not None:
        data_dir = str(expanded(data_dir))

    # The set, prepared on this machine.
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

    # Pictures and labels alone are decoded, a thousand at a time.
    keys = [key for key in ("image", "label") if key in builder.info.features]
    decoders = tfds.decode.PartialDecoding(dict.fromkeys(keys, True))
    dataset = builder.as_dataset(split=split, batch_size=1000, decoders=decoders)
    parts = {key: [] for key in keys}
    for element in tfds.as_numpy(dataset):
        for key in keys:
            parts[key].append(element[key])
    if not parts[keys[0]]:
        raise ValueError(f"the split {split} of {name} has no pictures; choose another one")
    images = np.concatenate(parts["image"])
    labels = np.concatenate(parts["label"]) if "label" in parts else None
    return Images(pad_to_power_of_two(images), labels, name=f"tfds:{name}")


def pad_to_power_of_two(images: np.ndarray) -> np.ndarray:
    """Square pictures (N, side, side[, C]), centred on a background of 0: side 28 becomes 32."""
    side = images.shape[1]
    target = 1 << (side - 1).bit_length()
    before = (target - side) // 2
    after = target - side - before
    pads = [(0, 0), (before, after), (before, after)]
    if images.ndim == 4:
        pads.append((0, 0))
    return np.pad(images, pads)

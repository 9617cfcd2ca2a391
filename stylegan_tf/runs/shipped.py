"""The models that are shipped with the package."""

from __future__ import annotations

from pathlib import Path

from stylegan_tf.files import data_file, expanded
from stylegan_tf.runs.run import load
from stylegan_tf.training.model import StyleGAN

# data/README.md says how they were made.
SHIPPED = ("mnist32", "mnist32_labels", "toyfaces32", "toyfaces32_rho", "toyfaces32_hole", "toyfaces64")


def shipped(name: str) -> Path:
    """The file of a model that is shipped.

    Raises:
        ValueError: if it is not one of ``SHIPPED``.
    """
    if name not in SHIPPED:
        raise ValueError(
            f"there is no shipped model '{name}'; choose from {', '.join(SHIPPED)}, "
            "or open a file with stylegan_tf.load"
        )
    return data_file(f"pretrained/{name}.npz")


def shipped_or_path(text) -> Path:
    """A path. If no such file exists and it is the name of a shipped model, that model's path."""
    path = expanded(text)
    if str(text) in SHIPPED and not path.exists():
        return shipped(str(text))
    return path


def pretrained(name: str) -> StyleGAN:
    """A model that is shipped in ``data/pretrained``, compiled; data/README.md describes them.

    Args:
        name: one of ``SHIPPED``.

    Raises:
        ValueError: for another name.
    """
    return load(shipped(name))

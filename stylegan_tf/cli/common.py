"""What the commands share: their error, and models as they need them."""

from __future__ import annotations

import io
from pathlib import Path

from stylegan_tf.files import write_atomically
from stylegan_tf.ranges import parse_ranges
from stylegan_tf.runs.checkpoints import read_checkpoint
from stylegan_tf.runs.run import Run, load
from stylegan_tf.training.model import StyleGAN


class UserError(Exception):
    """Something that the user can mend: printed as one sentence, exit code 2."""


def parse_seeds(text: str, option: str = "--seeds") -> list[int]:
    """The numbers of a text: "0-3,7" -> [0, 1, 2, 3, 7]; errors name the ``option``."""
    return parse_ranges(text, option)


def dataset_of(path, required: bool = False) -> str | None:
    """The name of the data set that a model learned from, or None if it is not known.

    A run says it, and so does a file that was exported from a run.

    Raises:
        UserError: if it is not known, and ``required``.
    """
    found = None
    if Path(path).is_dir():
        found = Run(path).info["dataset"]
    elif Path(path).suffix == ".npz":
        found = read_checkpoint(path)[0].get("dataset")
    if required and not found:
        raise UserError(
            f"{path} does not say what data it learned from; add --dataset, such as --dataset digits"
        )
    return found


def class_number(text: str, path, config) -> int:
    """The class that a text names: its number, or its name in the data that a model learned from.

    Raises:
        UserError: if the network has no classes, or none of that number or name.
    """
    if not config.label_dim:
        raise UserError(f"--label {text}: {path} has no classes; it was trained without labels, leave it out")
    names = Run(path).info.get("classes") if Path(path).is_dir() else None
    if names and text in names:
        return names.index(text)
    if text.isdecimal() and int(text) < config.label_dim:
        return int(text)
    known = ", ".join(names) if names else f"0 to {config.label_dim - 1}"
    raise UserError(f"--label {text} is no class of {path}; choose one of {known}")


def load_finished(path) -> StyleGAN:
    """A model as ``load`` opens it, for commands that need one that is fully grown.

    Raises:
        UserError: if it is still growing.
    """
    gan = load(path)
    if stage := gan.stage():
        side, full = stage["resolution"], gan.config.resolution
        raise UserError(
            f"{path} is still growing, at {side}x{side} of {full}x{full}; train it to the end first"
        )
    return gan


def write_figure(figure, path: Path) -> None:
    """Write a matplotlib figure in the format that the suffix names, all or nothing."""
    content = io.BytesIO()
    figure.savefig(content, format=path.suffix[1:].lower())
    write_atomically(path, content.getvalue())


def write_picture(picture, path: Path) -> None:
    """Write a Pillow picture as PNG or as WebP that loses nothing, as the suffix says, all or nothing."""
    content = io.BytesIO()
    picture.save(content, format=path.suffix[1:].upper(), lossless=True)
    write_atomically(path, content.getvalue())

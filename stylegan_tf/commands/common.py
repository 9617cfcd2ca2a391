"""What the commands share: errors, and the reading of arguments."""

from __future__ import annotations

import json
from pathlib import Path

from stylegan_tf.checkpoints import read_checkpoint
from stylegan_tf.ranges import parse_ranges
from stylegan_tf.runs import Run, load
from stylegan_tf.training import StyleGAN


class UserError(Exception):
    """Something that the user can mend: printed as one sentence, exit code 2."""


def parse_settings(pairs: list[str]) -> dict:
    """["field=value", ...] -> {field: value}; values are read as JSON where they are JSON, else as text."""
    settings = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise ValueError(f"--set {pair} has no '='; write field=value")
        try:
            settings[name] = json.loads(text)
        except json.JSONDecodeError:
            settings[name] = {"True": True, "False": False}.get(text, text)
    return settings


def parse_seeds(text: str, option: str = "--seeds") -> list[int]:
    """ "0-3,7" -> [0, 1, 2, 3, 7]; ``option`` is named in errors."""
    return parse_ranges(text, option)


def dataset_of(path, required: bool = False) -> str | None:
    """What a model learned from, as far as its run, or a file that was exported from it, says so.

    Raises:
        UserError: if it does not, and is ``required`` to.
    """
    found = None
    if Path(path).is_dir():
        found = Run(path).info["dataset"]
    elif Path(path).suffix == ".npz":
        found = read_checkpoint(path)[0].get("dataset")
    if required and not found:
        raise UserError(f"{path} does not say what data it learned from; add --dataset, such as --dataset digits")
    return found


def finished(path) -> StyleGAN:
    """``load``, for commands that want a model that is fully grown."""
    gan = load(path)
    if stage := gan.stage():
        side, full = stage["resolution"], gan.config.resolution
        raise UserError(f"{path} is still growing, at {side}x{side} of {full}x{full}; train it to the end first")
    return gan

"""What the commands share: errors, and the reading of arguments."""

from __future__ import annotations

import json

from stylegan_tf.ranges import parse_ranges
from stylegan_tf.runs import load
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


def finished(path) -> StyleGAN:
    """``load``, for commands that want a model that is fully grown."""
    gan = load(path)
    if stage := gan.stage():
        side, full = stage["resolution"], gan.config.resolution
        raise UserError(f"{path} is still growing, at {side}x{side} of {full}x{full}; train it to the end first")
    return gan

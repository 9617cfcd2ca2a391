"""What an argument of the command may be: types for argparse."""

from __future__ import annotations

import argparse
from pathlib import Path

from stylegan_tf.commands.plan import gigabytes
from stylegan_tf.runs import SHIPPED, shipped


def model(text: str) -> str:
    """A path; or of the name of a shipped model, where no such file is, its path."""
    return str(shipped(text)) if text in SHIPPED and not Path(text).exists() else text


def positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number")
    return value


def names(text: str) -> list[str]:
    found = text.split(",")
    if len(found) < 2 or len(set(found)) < len(found):
        raise argparse.ArgumentTypeError(f"'{text}' is not two or more devices, like gpu:0,gpu:1")
    return found


def memory(text: str) -> float:
    try:
        return gigabytes(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def whole(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of 1 or more")
    return int(text)


def port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port, a whole number from 1 to 65535")
    return int(text)

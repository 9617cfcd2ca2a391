"""What an argument of the command may be: types for argparse, and arguments that several commands share."""

from __future__ import annotations

import argparse
import json
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from stylegan_tf.cli.common import UserError
from stylegan_tf.files import expanded
from stylegan_tf.runs.shipped import shipped_or_path

MODEL = "run folder, checkpoint, .keras file or the name of a shipped model"
GIGABYTES = {"": 1e9, "GB": 1e9, "GIB": 2**30, "MB": 1e6, "MIB": 2**20}


def add_data_arguments(parser, keeps: str = "") -> None:
    """Add --data-dir and --download; ``keeps`` says what else is kept in that folder."""
    where = f"where tensorflow-datasets has its data{keeps}"
    parser.add_argument("--data-dir", type=data_folder, help=where)
    parser.add_argument("--download", action="store_true", help="allow tensorflow-datasets to download")


def add_settings_argument(parser, what: str = "change a field of the configuration") -> None:
    """Add --set FIELD=VALUE, which may be given more than once."""
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help=what)


def data_folder(text: str) -> Path:
    """A folder that may be there already; it need not be writable."""
    path = expanded(text)
    if not text or (path.exists() and not path.is_dir()):
        raise UserError(f"--data-dir '{text}' is no folder; name one")
    return path


def file_to_read(text: str) -> Path:
    """A file that is there."""
    path = expanded(text)
    if not text or path.is_dir():
        raise UserError(f"'{text}' is a folder; name a file" if text else "a file to read has an empty name")
    if not path.exists():
        raise UserError(f"there is no file {path}; name one that is there")
    return path


def not_empty(text: str) -> str:
    """A text as it is, such as a name that config.json keeps; an empty one is a slip."""
    if not text:
        raise argparse.ArgumentTypeError("it is empty; give a value, or leave the option out")
    return text


def folder_to_read(text: str) -> Path:
    """A path that is read, or whose reader says what is missing."""
    if not text:
        raise UserError("a folder to read has an empty name; name one")
    return expanded(text)


def finite(text: str) -> float:
    """A number that is neither infinite nor NaN."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number")
    return value


def not_negative(text: str) -> int:
    """A whole number of 0 or more, such as a seed."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of 0 or more")
    return int(text)


def names(option: str, known: Sequence[str] | None = None) -> Callable[[str], list[str]]:
    """The type of a list of names, like fid,ppl; ``known`` names the ones that there are."""

    def check(text: str) -> list[str]:
        found = [name.strip() for name in text.split(",")]
        for name in found:
            if not name or (known and name not in known):
                there_are = f"choose from {', '.join(known)}" if known else "put a name between commas"
                raise UserError(f"{option} {text} has '{name}'; {there_are}")
        return found

    return check


def model(text: str) -> str:
    """A path. If no such file exists and it is the name of a shipped model, that model's path."""
    if not text:
        raise UserError(f"the name of a model is empty; name a {MODEL}")
    return str(shipped_or_path(text))


def positive(text: str) -> float:
    """A number greater than 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number")
    return value


def devices(text: str) -> list[str]:
    """Two or more names of devices, separated by commas."""
    found = text.split(",")
    if len(found) < 2 or len(set(found)) < len(found):
        raise argparse.ArgumentTypeError(f"'{text}' is not two or more devices, like gpu:0,gpu:1")
    return found


def gigabytes(text: str) -> float:
    """The bytes of a text such as "24GB", "24GiB", "800MB" or "24" (GB)."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?([a-z]*)", text.strip(), re.IGNORECASE)
    if not match or match[2].upper() not in GIGABYTES or not float(match[1]):
        raise argparse.ArgumentTypeError(f"--gpu-memory {text} is not like 24GB, 24GiB or 800MB")
    return float(match[1]) * GIGABYTES[match[2].upper()]


def whole(text: str) -> int:
    """A whole number of 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of 1 or more")
    return int(text)


def port(text: str) -> int:
    """A port of this machine."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port, a whole number from 1 to 65535")
    return int(text)


def parse_settings(pairs: list[str]) -> dict:
    """["field=value", ...] -> {field: value}.

    Values are read as JSON where they are JSON, else as text; True and False count as JSON too.

    Raises:
        ValueError: for a pair without "=".
    """
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

"""What an argument of the command may be: types for argparse, and arguments that several commands share."""

from __future__ import annotations

import argparse
import json
import re

from stylegan_tf.runs.shipped import shipped_or_path

MODEL = "run folder, checkpoint, .keras file or the name of a shipped model"
GIGABYTES = {"": 1e9, "GB": 1e9, "GIB": 2**30, "MB": 1e6, "MIB": 2**20}


def add_data_arguments(parser, keeps: str = "") -> None:
    """Add --data-dir and --download; ``keeps`` says what else is kept in that folder."""
    parser.add_argument("--data-dir", help=f"where tensorflow-datasets has its data{keeps}")
    parser.add_argument("--download", action="store_true", help="allow tensorflow-datasets to download")


def add_settings_argument(parser, what: str = "change a field of the configuration") -> None:
    """Add --set FIELD=VALUE, which may be given more than once."""
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help=what)


def model(text: str) -> str:
    """A path. If no such file exists and it is the name of a shipped model, that model's path."""
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
    if not text.isdigit() or int(text) < 1:
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

"""Lists of whole numbers as people write them: ``0-3,7``."""

from __future__ import annotations

from collections.abc import Iterable

MOST = 10_000


def parse_ranges(text: str, name: str) -> list[int]:
    """``"0-3,7"`` -> [0, 1, 2, 3, 7].

    Args:
        name: what the numbers are, for errors, such as ``--seeds``.

    Raises:
        ValueError: for anything else, and for none or more than 10,000 numbers.
    """
    found = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise ValueError(f"{name} {text} is not like 0-99 or 3,5,8")
        found.append(range(int(first), int(last if dash else first) + 1))
    count = sum(map(len, found))
    if not 0 < count <= MOST:
        raise ValueError(f"{name} {text} names {count}; give 1 to {MOST:,}")
    return [number for part in found for number in part]


def write_ranges(numbers: Iterable[int]) -> str:
    """The shortest text that ``parse_ranges`` reads as these numbers, sorted and each once; "" for none."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in runs)

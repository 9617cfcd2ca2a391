"""Lists of whole numbers as people write them: ``0-3,7``."""

from __future__ import annotations

from collections.abc import Iterable

MOST = 10_000  # numbers that one text may name


def parse_ranges(text: str, name: str) -> list[int]:
    """``"0-3,7"`` -> [0, 1, 2, 3, 7].

    Args:
        name: what the numbers are, for errors, such as ``--seeds``.

    Raises:
        ValueError: for a text of another form, and for none or more than 10,000 numbers.
    """
    # Each part is one number, or two with a dash between them.
    found = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise ValueError(f"{name} {text} is not like 0-99 or 3,5,8")
        if not dash:
            last = first
        found.append(range(int(first), int(last) + 1))

    # A range such as 7-3 names nothing, and one such as 0-999999999 is a slip: count before listing.
    count = sum(map(len, found))
    if not 0 < count <= MOST:
        raise ValueError(f"{name} {text} names {count}; give 1 to {MOST:,}")
    return [number for part in found for number in part]


def write_ranges(numbers: Iterable[int]) -> str:
    """The shortest text that ``parse_ranges`` reads as these numbers, sorted and each once; "" for none."""
    # Runs of numbers that follow each other: [first, last].
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])

    parts = []
    for first, last in runs:
        parts.append(f"{first}" if first == last else f"{first}-{last}")
    return ",".join(parts)

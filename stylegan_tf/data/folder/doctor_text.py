"""The doctor's report in words: numbers first, then every finding with its files, then the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from stylegan_tf.data.folder.decoding import bytes_needed
from stylegan_tf.data.folder.listing import named
from stylegan_tf.data.folder.picture import UNUSUAL, what_is_dark

if TYPE_CHECKING:
    from stylegan_tf.data.folder.doctor import Report

REMARKS = UNUSUAL | {  # what a picture can be -> what is done about it, or should be
    "one colour": "nothing can be learned from it: remove it",
    "dark": "",  # the advice has a number: see ``what_is_dark``
    "mask": "its values are 0 and 1 of 255, so it looks black: multiply a mask by 255",
    "low contrast": "its values span less than a tenth of the range",
    "oblong": (
        "one side is more than 3 times the other: its centre square leaves most of it out, "
        "load_folder(fit='pad') keeps it"
    ),
    "huge": "over 25 megapixels, slow to decode: reduce it, or keep the decoded pictures in a cache",
    "grey among colour": "the network will learn to make some grey pictures",
    "colour among grey": "becomes grey with channels=1",
}
UNBALANCED = 10  # times as many pictures in the largest class as in the smallest
TABLE = (16, 32, 64, 128, 256, 512, 1024)  # the resolutions of the table
BAR = 40  # characters of the longest bar
MEMBERS = 5  # of a group, in a line


def parts_of(report: Report) -> Iterator[list[str]]:
    """The paragraphs, each a list of lines; those without lines are to be left out."""
    # How many pictures there are.
    facts = [picture.facts for picture in report.pictures.values()]
    unreadable = len(report.unreadable)
    head = [f"{report.listing.root}: {len(facts) + unreadable:,} pictures, {unreadable:,} can't be read"]
    if report.listing.others:
        head.append(f"Other files, left out: {report.listing.kinds()}")
    yield head

    # What they are like.
    if facts:
        yield _numbers(report, facts)
        yield _sides(facts)
        yield _table(report)
    if report.classes:
        yield _balance(report.classes, report.labels)
    elif report.why_unlabelled:
        yield [f"No classes: {report.why_unlabelled}"]

    # What can't be used, and what can be used but is unusual.
    yield _files("Can't be read", "skipped", report.unreadable)
    yield _files(f"Too small for {report.resolution}x{report.resolution}", "skipped", report.small)
    for kind, names in report.remarks.items():
        sizes = []
        for name in names:
            size = report.pictures[name].facts
            sizes.append((name, f"({size.width}x{size.height})"))
        advice = what_is_dark(report.highest) if kind == "dark" else REMARKS[kind]
        yield _files(kind[0].upper() + kind[1:], advice, sizes)

    # What is there more than once.
    yield _groups("The same file", "keep one of each", report.copies, " = ")
    yield _groups("The same pixels in another file", "keep one of each", report.twins, " = ")
    yield _groups("Nearly the same", "look at them, keep one of each if they are copies", report.near, " ~ ")

    yield [report.verdict()]


def _numbers(report, facts):
    """Formats, modes, values and sizes, a line each."""
    # Formats and modes. Pillow names the mode of black and white "1".
    formats = _counts(f.format for f in facts)
    modes = _counts("1-bit" if f.mode == "1" else f.mode for f in facts)
    channels = "1 channel" if report.channels == 1 else f"{report.channels} channels"

    # Values and sizes.
    lowest = min(picture.lowest for picture in report.pictures.values())
    highest = max(picture.highest for picture in report.pictures.values())
    by_area = sorted(facts, key=lambda f: f.width * f.height)
    smallest = by_area[0]
    largest = by_area[-1]
    width = int(np.median([f.width for f in facts]))
    height = int(np.median([f.height for f in facts]))

    return [
        f"Formats  {formats}",
        f"Modes    {modes}; {channels} for training",
        f"Values   {lowest} to {highest} of 0 to 255",
        f"Sizes    {smallest.width}x{smallest.height} to {largest.width}x{largest.height}, "
        f"median {width}x{height}",
    ]


def _counts(values):
    """Different values and how many there are of each: "PNG 34, JPEG 2"."""
    return ", ".join(f"{value} {count:,}" for value, count in Counter(values).most_common())


def _sides(facts):
    """A histogram of the shorter sides: a bar for each power of two."""
    bins = Counter(min(1024, 2 ** (f.side.bit_length() - 1)) for f in facts)
    lines = ["Shorter sides, in pixels"]
    for k in range(min(bins).bit_length() - 1, max(bins).bit_length()):
        side = 2**k
        if side == 1:
            name = "1"
        elif side == 1024:
            name = "1024 and more"
        else:
            name = f"{side} to {2 * side - 1}"
        length = -(-BAR * bins[side] // max(bins.values()))  # rounded up: what is there has a bar
        lines.append(f"  {name:>13} {bins[side]:>7,} {'#' * length}")
    return lines


def _table(report):
    """How many pictures reach each resolution, and what they take in memory."""
    lines = ["Resolution   pictures that reach it     memory"]
    for r in TABLE:
        kept = report.kept(r)
        share = kept / len(report.pictures)
        memory = _bytes(bytes_needed(kept, r, report.channels))
        mark = "  <- judged here" if r == report.resolution else ""
        lines.append(f"{f'{r}x{r}':>9} {kept:>14,} {share:>8.1%} {memory:>11}{mark}")
    return lines


def _bytes(count):
    if count >= 1e9:
        return f"{count / 1e9:,.1f} GB"
    return f"{count / 1e6:,.1f} MB"


def _balance(classes, labels):
    """How many pictures each class has."""
    most = max(classes.values())
    least = min(classes.values())
    kind = "sub-folders" if labels == "folders" else f"in {labels}"
    lines = [f"Classes  {len(classes)} {kind}, {least:,} to {most:,} pictures"]
    if most > UNBALANCED * least:
        lines[0] += f": unbalanced, the largest has {most / least:.0f} times the smallest"
    return lines + named([(f"{name}:", f"{count:,}") for name, count in classes.items()])


def _files(heading, advice, pairs):
    """A heading with its files; nothing if there are none."""
    if not pairs:
        return []
    return [f"{heading}: {len(pairs):,} ({advice})", *named(pairs)]


def _groups(heading, advice, groups, sign):
    """A heading with its groups, the first names of each in a line; nothing if there are none."""
    if not groups:
        return []
    lines = []
    for names in groups:
        line = sign.join(names[:MEMBERS])
        more = len(names) - MEMBERS
        if more > 0:
            line += f" and {more:,} more"
        lines.append((line, ""))

    count = "1 group" if len(groups) == 1 else f"{len(groups):,} groups"
    surplus = sum(len(names) - 1 for names in groups)
    return [f"{heading}: {count}, {surplus:,} too many ({advice})", *named(lines)]

"""The doctor's report in words: numbers first, then every finding with its files, then the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from stylegan_tf.data.folder.decoding import bytes_needed
from stylegan_tf.data.folder.listing import named
from stylegan_tf.data.folder.picture import UNUSUAL

if TYPE_CHECKING:
    from stylegan_tf.data.folder.doctor import Report

REMARKS = UNUSUAL | {  # what a picture can be -> what is done about it, or should be
    "one colour": "nothing can be learned from it: remove it",
    "low contrast": "its values span less than a tenth of the range",
    "oblong": "one side is more than 3 times the other: its centre square leaves most of it out, load_folder(fit='pad') keeps it",
    "huge": "over 25 megapixels, slow to decode: reduce it, or keep the decoded pictures in a cache",
    "grey among colour": "the network will learn to make some grey pictures",
    "colour among grey": "becomes grey with channels=1",
}
UNBALANCED = 10  # times as many pictures in the largest class as in the smallest
TABLE = (16, 32, 64, 128, 256, 512, 1024)
BAR = 40  # characters of the longest bar
MEMBERS = 5  # of a group, in a line


def parts_of(report: Report) -> Iterator[list[str]]:
    """The paragraphs, each a list of lines."""
    facts = [picture.facts for picture in report.pictures.values()]
    head = f"{report.listing.root}: {len(facts) + len(report.unreadable):,} pictures, {len(report.unreadable):,} can't be read"
    others = f"Other files, left out: {report.listing.kinds()}"
    yield [head, others] if report.listing.others else [head]
    if facts:
        yield _numbers(report, facts)
        yield _sides(facts)
        yield _table(report)
    if report.classes:
        yield _balance(report.classes)
    yield _files("Can't be read", "skipped", report.unreadable)
    yield _files(f"Too small for {report.resolution}x{report.resolution}", "skipped", report.small)
    for kind, names in report.remarks.items():
        sizes = [
            (name, f"({report.pictures[name].facts.width}x{report.pictures[name].facts.height})")
            for name in names
        ]
        yield _files(kind[0].upper() + kind[1:], REMARKS[kind], sizes)
    yield _groups("The same file", "keep one of each", report.copies, " = ")
    yield _groups("The same pixels in another file", "keep one of each", report.twins, " = ")
    yield _groups("Nearly the same", "look at them, keep one of each if they are copies", report.near, " ~ ")
    yield [report.verdict()]


def _numbers(report, facts):
    area = sorted(facts, key=lambda f: f.width * f.height)
    width, height = (int(np.median([getattr(f, side) for f in facts])) for side in ("width", "height"))
    lowest, highest = (
        end(getattr(p, name) for p in report.pictures.values())
        for end, name in ((min, "lowest"), (max, "highest"))
    )
    modes = _counts("1-bit" if f.mode == "1" else f.mode for f in facts)
    return [
        f"Formats  {_counts(f.format for f in facts)}",
        f"Modes    {modes}; {report.channels} channel{'s' * (report.channels > 1)} for training",
        f"Values   {lowest} to {highest} of 0 to 255",
        f"Sizes    {area[0].width}x{area[0].height} to {area[-1].width}x{area[-1].height}, median {width}x{height}",
    ]


def _counts(values):
    return ", ".join(f"{value} {count:,}" for value, count in Counter(values).most_common())


def _sides(facts):
    bins = Counter(min(1024, 2 ** (f.side.bit_length() - 1)) for f in facts)
    sides = [2**k for k in range(min(bins).bit_length() - 1, max(bins).bit_length())]
    names = [{1: "1", 1024: "1024 and more"}.get(side, f"{side} to {2 * side - 1}") for side in sides]
    return ["Shorter sides, in pixels"] + [
        f"  {name:>13} {bins[side]:>7,} {'#' * -(-BAR * bins[side] // max(bins.values()))}"
        for name, side in zip(names, sides, strict=True)
    ]


def _table(report):
    lines = ["Resolution   pictures that reach it     memory"]
    for r in TABLE:
        kept = report.kept(r)
        share, memory = kept / len(report.pictures), _bytes(bytes_needed(kept, r, report.channels))
        mark = "  <- judged here" if r == report.resolution else ""
        lines.append(f"{f'{r}x{r}':>9} {kept:>14,} {share:>8.1%} {memory:>11}{mark}")
    return lines


def _bytes(count):
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


def _balance(classes):
    most, least = max(classes.values()), min(classes.values())
    lines = [f"Classes  {len(classes)} sub-folders, {least:,} to {most:,} pictures"]
    if most > UNBALANCED * least:
        lines[0] += f": unbalanced, the largest has {most / least:.0f} times the smallest"
    return lines + named([(f"{name}:", f"{count:,}") for name, count in classes.items()])


def _files(heading, advice, pairs):
    return [f"{heading}: {len(pairs):,} ({advice})", *named(pairs)] if pairs else []


def _groups(heading, advice, groups, sign):
    def line(names):
        more = len(names) - MEMBERS
        return sign.join(names[:MEMBERS]) + (f" and {more:,} more" if more > 0 else "")

    surplus = sum(len(names) - 1 for names in groups)
    counted = f"{len(groups):,} group{'s' * (len(groups) > 1)}, {surplus:,} too many"
    return (
        [f"{heading}: {counted} ({advice})", *named([(line(names), "") for names in groups])]
        if groups
        else []
    )

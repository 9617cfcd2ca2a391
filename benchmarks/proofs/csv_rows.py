"""Tables of trials as CSV files, to which each finished trial adds a row."""

import csv


def read_rows(file) -> list[dict]:
    """The rows that are there, texts by column; none without a file."""
    if not file.exists():
        return []
    with file.open(newline="") as opened:
        return list(csv.DictReader(opened))


def add_row(file, columns, row: dict) -> None:
    """Add a row, with the head above it if it is the first."""
    is_first = not file.exists()
    with file.open("a", newline="") as opened:
        writer = csv.DictWriter(opened, columns)
        if is_first:
            writer.writeheader()
        writer.writerow(row)

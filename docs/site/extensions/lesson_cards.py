"""The page that lists the lessons: each with its key picture, what it is for, and how long it takes."""

import re
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import contact_sheet  # noqa: E402

ROW = re.compile(r"^\| \[(?P<title>[^\]]+)\]\((?P<file>[^)]+)\) \| (?P<what>[^|]+) \| (?P<minutes>[^|]+) \|$")
WIDEST = (560, 300)  # dots; twice what the page shows, for fine screens
PLACE = "<!-- the lessons -->"  # in docs/site/lessons.md


def write(source: Path) -> None:
    """Fill the page of lessons in ``source`` with README's rows, and write the pictures beside it."""
    (source / "lessons").mkdir()
    cards = []
    for line in (ROOT / "README.md").read_text("utf-8").splitlines():
        row = ROW.match(line)
        if row:
            cards.append(card(row, source))
    page = source / "lessons.md"
    text = page.read_text("utf-8")
    page.write_text(text.replace(PLACE, "\n".join([":::::{container} lessons", *cards, ":::::"])))


def card(row, source: Path) -> str:
    """One lesson in MyST's Markdown; its picture is written to ``source``."""
    notebook = ROOT / row["file"]
    number = notebook.name[:2]
    _, picture, text = contact_sheet.picture(notebook)
    picture.thumbnail(WIDEST, Image.Resampling.LANCZOS)
    picture.save(source / "lessons" / f"{number}.png", optimize=True)
    to_run, to_work = row["minutes"].split(" / ")
    return "\n".join(
        [
            "::::{container} lesson",
            f"[![{text}](lessons/{number}.png)]({row['file']})",
            "",
            f"**[{row['title']}]({row['file']})**",
            "",
            f"After it you can {row['what']}.",
            "",
            f":::{{container}} minutes\n{to_run} min to run, {to_work} to work through\n:::",
            "::::",
        ]
    )

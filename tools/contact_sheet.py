"""One picture of each lesson, as its notebook stores it, on one sheet: docs/course.png.

    python tools/contact_sheet.py

The sheet shows what the notebooks show: nothing is drawn again.
"""

import base64
import io
import json
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
KEY = {  # lesson -> (cell, which of its pictures)
    "00": (8, 0), "01": (25, 0), "02": (22, 0), "03": (24, 1), "04": (13, 0), "05": (16, 0),
    "06": (12, 0), "07": (6, 0), "08": (14, 0), "09": (4, 0), "10": (4, 0), "11": (25, 0),
    "12": (4, 0), "13": (6, 0), "14": (24, 0), "15": (7, 0), "16": (4, 0), "17": (16, 0),
    "18": (30, 0),
}  # fmt: skip
TILE, LINE, GAP, COLUMNS = (360, 220), 26, 14, 4


def picture(notebook: Path) -> tuple[str, Image.Image, str]:
    """The title of a lesson, its key picture, and what the picture shows in words."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    number, which = KEY[notebook.name[:2]]
    found = [output for output in cells[number]["outputs"] if "image/png" in output.get("data", {})]
    stored = found[which]["data"]["image/png"]
    text = found[which]["metadata"].get("image/png", {}).get("alt", "")
    title = cells[0]["source"][0].strip("# \n")
    return title, Image.open(io.BytesIO(base64.b64decode(stored))).convert("RGB"), text


def main():
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    rows = -(-len(notebooks) // COLUMNS)
    across, down = TILE[0] + GAP, TILE[1] + LINE + GAP
    sheet = Image.new("RGB", (COLUMNS * across + GAP, rows * down + GAP), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    for i, notebook in enumerate(notebooks):
        title, shown, _ = picture(notebook)
        shown.thumbnail(TILE, Image.Resampling.LANCZOS)
        x, y = GAP + i % COLUMNS * across, GAP + i // COLUMNS * down
        pen.text((x, y), title, "black", font)
        sheet.paste(shown, (x + (TILE[0] - shown.width) // 2, y + LINE + (TILE[1] - shown.height) // 2))
    file = ROOT / "docs/course.png"
    sheet.quantize(128).save(file, optimize=True)
    print(f"docs/course.png: {len(notebooks)} lessons, {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()

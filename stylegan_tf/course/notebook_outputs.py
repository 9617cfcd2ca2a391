"""What a stored notebook must not hold: links to widgets that no longer live.

    python -m stylegan_tf.course.notebook_outputs notebooks/*.ipynb

Opened without a kernel such a link shows an error, and its number differs at every run. The text that comes
with it stays.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

VIEW = "application/vnd.jupyter.widget-view+json"


def without_views(notebook: dict) -> dict:
    """The notebook, changed in place: no output links a widget, and no state of widgets is kept."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(VIEW, None)
    notebook["metadata"].pop("widgets", None)
    return notebook


def main(files: list[str]) -> None:
    """Clean the files in place."""
    for file in map(Path, files):
        notebook = without_views(json.loads(file.read_text("utf-8")))
        file.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

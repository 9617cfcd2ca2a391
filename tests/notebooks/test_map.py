"""The map of the course in lesson 00 and the table in README list all lessons, as these say it themselves."""

import json
import re
from pathlib import Path

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"


def lessons():
    """{number: last column} of the table of lessons."""
    cells = json.loads((NOTEBOOKS / "00_start_here.ipynb").read_text("utf-8"))["cells"]
    text = "".join(
        line for cell in cells if cell["cell_type"] == "markdown" for line in [*cell["source"], "\n"]
    )
    return dict(re.findall(r"^\| (\d\d) [^|]+\| [^|]+\| ([^|]+) \|$", text, re.MULTILINE))


def test_all_nineteen_lessons_are_on_the_map():
    assert list(lessons()) == [f"{n:02}" for n in range(19)]


def test_the_map_links_the_lessons_that_are_there_and_no_others():
    files = {path.name[:2]: f"[open]({path.name})" for path in NOTEBOOKS.glob("*.ipynb")}
    assert lessons() == {number: files.get(number, "not there yet") for number in lessons()}


def test_readme_gives_the_minutes_that_each_lesson_gives():
    readme = (NOTEBOOKS.parent / "README.md").read_text("utf-8")
    rows = dict(re.findall(r"\(notebooks/(\w+)\.ipynb\) \|[^\n]+\| (\d+ / \d+) \|\n", readme))
    heads = {}
    for file in sorted(NOTEBOOKS.glob("*.ipynb")):
        head = "".join(json.loads(file.read_text("utf-8"))["cells"][0]["source"])
        heads[file.stem] = " / ".join(re.search(r"(\d+) to run, (\d+) to work through", head).groups())
    assert rows == heads

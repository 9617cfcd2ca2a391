"""What is asked of every notebook of the course."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

from stylegan_tf.course import student
from stylegan_tf.course.notebook_outputs import VIEW

ROOT = Path(__file__).parent.parent.parent
REPOSITORY = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Repository"]
FILES = {path.name: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
WIDGETS = (
    "truncation",
    "training_scrubber",
    "adain_channels",
    "gan_slow_motion",
    "ffhq_planner",
    "growing",
    "r1_gamma",
    "entanglement_dials",
    "mapping_pad",
    "psi_meters",
    "quality_meters",
    "which_is_real",
    "style_mixing",
    "noise",
    "interpolation",
    "separability",
    "editing",
    "ablation_viewer",
    "class_and_seed",
    "augmentation",
    "playground",
)  # calls that show one, in widgets
LINES = 40
WIDTH = 92  # columns that Jupyter and the site show without scrolling
# What each begins with: a cell that front ends fold. It imports the package before TensorFlow, which it sets up.
INSTALL = f"""\
# @title Install stylegan_tf, if it is missing
try:
    import stylegan_tf  # noqa: F401 - before TensorFlow, which it sets up
except ImportError:
    import subprocess
    import sys

    place = "git+{REPOSITORY}"
    command = [sys.executable, "-m", "pip", "install", f"stylegan-tf @ {{place}}"]
    if subprocess.run(command, capture_output=True).returncode:
        sys.exit(
            f"stylegan_tf is missing, and pip cannot install it from {{place}}; check the "
            "network and the address, or install a copy that you have: %pip install FOLDER"
        )
    import stylegan_tf  # noqa: F401"""
# How the front ends fold a cell: Colab, Jupyter, the site
FOLDED = {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["hide-input"]}

pytestmark = pytest.mark.parametrize("name", FILES)


def cells(name, kind=None):
    """(index, source, cell) of the cells, all or of one kind."""
    found = json.loads(FILES[name].read_text("utf-8"))["cells"]
    return [(i, "".join(c["source"]), c) for i, c in enumerate(found) if kind in (None, c["cell_type"])]


def outputs(name):
    return [output for _, _, cell in cells(name, "code") for output in cell["outputs"]]


def prose(name):
    return "\n".join(source for _, source, _ in cells(name, "markdown"))


def test_the_name_begins_with_the_number_of_the_lesson(name):
    assert re.fullmatch(r"(0\d|1[0-8])_[a-z0-9_]+\.ipynb", name)
    assert [other[:2] for other in FILES].count(name[:2]) == 1
    assert cells(name)[0][1].startswith(f"# {name[:2]} · ")


def test_the_head_says_what_comes(name):
    head = cells(name)[0][1]
    goals = head.split("**After this lesson you can**")[1].split("**What you must know**")[0]
    assert len(re.findall(r"^- ", goals, re.MULTILINE)) == 3
    columns, _, row = [line.strip("| ").split(" | ") for line in head.splitlines() if line.startswith("|")]
    assert columns == ["minutes, CPU", "minutes, GPU", "memory", "downloads"]
    assert row[3] == "none"


def test_the_badge_and_the_first_cell_name_the_repository(name):
    """The first cell is folded, and the second is what a reader sees first."""
    place = REPOSITORY.removeprefix("https://github.com/")
    assert (
        f"](https://colab.research.google.com/github/{place}/blob/main/notebooks/{name})" in cells(name)[0][1]
    )
    (_, source, install), (_, imports, _) = cells(name, "code")[:2]
    assert source == INSTALL
    assert install["metadata"] == FOLDED and not install["outputs"]
    assert "import stylegan_tf as sg\n" in imports
    assert imports.endswith("print(course.versions())")


def test_stored_outputs_come_from_the_cpu_profile(name):
    assert "".join(cells(name, "code")[1][2]["outputs"][0]["text"]).startswith("profile cpu · ")


def test_cells_are_short(name):
    lengths = {i: len(source.splitlines()) for i, source, _ in cells(name, "code")}
    assert not {i: length for i, length in lengths.items() if length > LINES}


def test_code_is_seen_without_scrolling(name):
    wide = {
        i: [line for line in source.splitlines() if len(line) > WIDTH] for i, source, _ in cells(name, "code")
    }
    assert not {i: lines for i, lines in wide.items() if lines}


def test_cells_ran_in_order(name):
    counts = [cell["execution_count"] for _, _, cell in cells(name, "code")]
    assert counts == list(range(1, len(counts) + 1))


def test_no_output_is_an_error_or_a_warning(name):
    assert not [o for o in outputs(name) if o["output_type"] == "error" or o.get("name") == "stderr"]
    assert not [
        o for o in outputs(name) if "WARNING:" in "".join(o.get("text", []))
    ]  # TensorFlow's go to stdout


def test_no_state_of_widgets_is_stored(name):
    assert "widgets" not in json.loads(FILES[name].read_text("utf-8"))["metadata"]
    assert not [o for o in outputs(name) if VIEW in o.get("data", {})]


def test_ids_of_cells_tell_their_place_and_do_not_change(name):
    assert [cell["id"] for _, _, cell in cells(name)] == [
        f"lesson{name[:2]}-{i:03d}" for i, _, _ in cells(name)
    ]


def test_a_notebook_is_small(name):
    assert FILES[name].stat().st_size < 1_000_000


def test_every_picture_has_a_text(name):
    pictures = [o for o in outputs(name) if "image/png" in o.get("data", {})]
    assert pictures
    assert all(o["metadata"]["image/png"]["alt"].strip() for o in pictures)


def test_no_cell_shows_a_picture_in_a_way_that_colab_lacks(name):
    """Its IPython 7 takes no text with a picture of its own; course.show and course.Picture do."""
    own = r"from IPython\.display import [^\n]*\bImage\b|IPython\.display\.Image"
    assert not [i for i, source, _ in cells(name, "code") if re.search(own, source)]


def test_links_inside_the_repository_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose(name))
    assert not [link for link in links if "://" not in link and not (FILES[name].parent / link).exists()]
    files = re.findall(r"`((?:stylegan_tf|notebooks|docs|benchmarks|tests|data)/[\w/.]+\w)`", prose(name))
    assert not [file for file in files if not (ROOT / file).exists()]


def test_every_exercise_has_a_solution_and_a_check_that_it_passes(name):
    exercises = [
        i
        for i, source, _ in cells(name, "markdown")
        if re.search(r"^### Exercise \d+ · ", source, re.MULTILINE)
    ]
    numbers = re.findall(r"^### Exercise (\d+) · ", prose(name), re.MULTILINE)
    assert numbers == [str(n + 1) for n in range(len(exercises))]
    assert len(exercises) >= 2
    solved = [(source, cell) for _, source, cell in cells(name, "code") if student.blank(source)[1]]
    assert len(solved) == len(exercises)
    for source, cell in solved:
        assert re.search(r"^# NBVAL_CHECK_OUTPUT\nchecks\.check_\w+\(", source, re.MULTILINE)
        assert "".join(cell["outputs"][0]["text"]).startswith("✓ correct")


def test_no_cell_depends_on_an_answer(name):
    """What an exercise asks for is used in its own cell only, so that the notebook runs without it."""
    for i, source, _ in cells(name, "code"):
        if student.blank(source)[1]:
            tree = ast.parse(source)
            answers = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            answers |= {t.id for node in tree.body if isinstance(node, ast.Assign) for t in node.targets}
            later = [text for j, text, _ in cells(name, "code") if j > i]
            assert not [a for a in answers for text in later if re.search(rf"\b{a}\b", text)]


def test_a_widget_has_a_film_strip_beside_it(name):
    code = cells(name, "code")
    for place, (_, source, _) in enumerate(code):
        if re.search(rf"\bwidgets\w*\.({'|'.join(WIDGETS)})\(", source):
            near = [cell for _, _, cell in code[max(place - 1, 0) : place + 2]]
            assert [o for cell in near for o in cell["outputs"] if "image/png" in o.get("data", {})]


def test_a_lesson_asks_before_it_shows_and_breaks_things(name):
    text = prose(name)
    assert text.count("**Question.**") >= 2
    assert text.count("**Predict before you run") >= 2
    assert "**Break it.**" in text


def test_a_lesson_ends_with_summary_sources_and_quiz(name):
    text = prose(name)
    summary = text.split("## Summary")[1].split("**In the paper**")[0]
    assert len(re.findall(r"^- ", summary, re.MULTILINE)) == 5
    further = text.split("**Further**")[1].split("## Quiz")[0]
    assert len(re.findall(r"\]\(https://", further)) == 3
    quiz = text.split("## Quiz")[1]
    assert re.findall(r"^\*\*(\d)\.\*\*", quiz, re.MULTILINE) == list("12345")
    assert quiz.count("<details><summary>Answer</summary>") == quiz.count("</details>") == 5


def spellings_to_avoid():
    """Second column of the last table of docs/glossary.md."""
    rows = (ROOT / "docs" / "glossary.md").read_text("utf-8").split("| we write | not |")[1].splitlines()[2:]
    return [word.strip() for row in rows for word in row.strip("| ").split(" | ")[1].split(",")]


def test_words_are_spelt_as_in_the_glossary(name):
    text = re.sub(
        r"`[^`]*`|\]\([^)]*\)|<[^>]*>|\*\*[A-Z][^*]*\*\*", " ", prose(name)
    )  # code, links, HTML and titles have their own
    found = [word for word in spellings_to_avoid() if re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE)]
    assert not found

"""A student's notebooks run with blanks.

Of each notebook those cells run that a blank can touch: exercises, checks, whatever reads what these set, and
what they need. All other cells read nothing that a student writes, and ``make test`` runs them with the solutions.
"""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from support.slicing import that_depend_on, with_all_that_they_need

from stylegan_tf.course import student

FILES = sorted((Path(__file__).parent.parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_notebook_runs_with_blanks_and_says_so(file, monkeypatch):
    monkeypatch.setenv("STYLEGAN_TF_PROFILE", "test")
    source = json.loads(file.read_text("utf-8"))
    blanks = sum(len(student.blank("".join(cell["source"]))[1]) for cell in source["cells"])
    notebook = nbformat.reads(json.dumps(student.student_notebook(source)), as_version=4)
    notebook.cells = touched_by_blanks(notebook.cells)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": os.getcwd()}}
    ).execute()
    texts = [output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ())]
    assert len([text for text in texts if text.startswith("… not answered")]) == blanks > 0
    assert not [text for text in texts if text.startswith("✓")]


def touched_by_blanks(cells):
    """The cells of a student's notebook whose outcome can depend on a blank, with all that they need."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    exercises = {i for i, cell in enumerate(code) if not cell.outputs and is_exercise(cell.source)}
    sources = [cell.source for cell in code]
    touched = that_depend_on(exercises, sources)
    return [code[i] for i in with_all_that_they_need(touched, sources)]


def is_exercise(source):
    """Whether a cell has a blank, or checks an answer."""
    return "..." in source or "checks.check_" in source


def test_cells_are_followed_by_their_names():
    sources = [
        "import numpy as np\nfrom x import build",
        "a = np.zeros(3)\nb = 2\nmodel = build(b)",
        "def answer(v):\n    return ...",
        "model.fit(b)",
        "def unused(a):\n    b = answer\nc = answer(a)\nprint(c)",
        "a = 5\nprint([a for a in range(3)])",
        "for i in range(2):\n    print(c, i)",
        "print(model(a))",
    ]
    assert that_depend_on({2}, sources) == {2, 4, 6}
    assert with_all_that_they_need({6}, sources) == [0, 1, 2, 4, 6]
    assert with_all_that_they_need({7}, sources) == [0, 1, 3, 5, 7]

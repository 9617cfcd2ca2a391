"""A student's notebooks run with blanks, and the solutions put back make the notebook that ``make test``
runs.
"""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from stylegan_tf.course import student

FILES = sorted((Path(__file__).parent.parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_notebook_runs_with_blanks_and_says_so(file, monkeypatch):
    monkeypatch.setenv("STYLEGAN_TF_PROFILE", "test")
    source = json.loads(file.read_text("utf-8"))
    blanks = sum(len(student.blank("".join(cell["source"]))[1]) for cell in source["cells"])
    notebook = nbformat.reads(json.dumps(student.student_notebook(source)), as_version=4)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": os.getcwd()}}
    ).execute()
    texts = [output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ())]
    assert len([text for text in texts if text.startswith("… not answered")]) == blanks > 0
    assert not [text for text in texts if text.startswith("✓")]

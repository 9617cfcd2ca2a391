"""The first cell of a lesson, where the package is not installed: pip brings it, or a sentence says what to do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.repository import PROJECT

import stylegan_tf

NOTEBOOK = Path(__file__).parent.parent.parent / "notebooks" / "00_start_here.ipynb"
REPOSITORY = PROJECT["urls"]["Repository"]


@pytest.fixture
def start(monkeypatch):
    """The first cell, while the package cannot be imported."""
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    monkeypatch.setitem(sys.modules, "stylegan_tf", None)
    return next("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def test_pip_installs_the_package_from_the_repository(start, monkeypatch):
    commands, names = [], {}

    def install(command, **_):
        commands.append(command)
        sys.modules["stylegan_tf"] = stylegan_tf
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", install)
    exec(start, names)
    assert commands == [[sys.executable, "-m", "pip", "install", f"stylegan-tf @ git+{REPOSITORY}"]]
    assert names["stylegan_tf"] is stylegan_tf


def test_a_failure_of_pip_ends_the_cell_with_one_sentence(start, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    with pytest.raises(SystemExit) as stopped:
        exec(start, {})
    sentence = str(stopped.value)
    assert sentence.startswith("stylegan_tf is missing") and REPOSITORY in sentence
    assert sentence.endswith("%pip install FOLDER") and "\n" not in sentence

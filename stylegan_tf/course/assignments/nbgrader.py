"""An nbgrader assignment: its source notebook, and the course that releases it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from stylegan_tf.course.assignments.questions import Lesson, Question
from stylegan_tf.course.assignments.sheets import head, notebook


def source(lessons: list[Lesson], seed: int) -> nbformat.NotebookNode:
    """A sheet with solutions between nbgrader's markers, and hidden tests on input drawn from ``seed``.

    What is not an answer is locked: autograding puts it back if a student changed it.
    """
    cells = [_cell(new_markdown_cell, head(lessons), "head")]
    for lesson in lessons:
        cells.append(_cell(new_code_cell, lesson.imports, f"lesson{lesson.stem[:2]}_imports"))
        for question in lesson.questions:
            if question.setup:
                cells.append(_cell(new_code_cell, question.setup, f"{question.name}_setup"))
            cells += _question(question, seed)
    return notebook(cells)


def _question(question: Question, seed: int) -> list:
    """The text, the answer that a student may change, and the graded cell with its hidden tests."""
    text = f"{question.text}\n\n_Points:_ {question.points}"
    hidden = f"### BEGIN HIDDEN TESTS\n{question.graded(seed)}\n### END HIDDEN TESTS"
    tests = f"{question.graded(0)}\n{hidden}"
    return [
        _cell(new_markdown_cell, text, f"{question.name}_text"),
        _cell(new_code_cell, question.answer, f"{question.name}_answer", solution=True, locked=False),
        _cell(new_code_cell, tests, question.name, grade=True, points=question.points),
    ]


def course(folder: Path):
    """nbgrader's own interface to a course, an ``NbGraderAPI``.

    Its settings are those of ``nbgrader_config.py`` in the course's folder.

    Raises:
        ImportError: without nbgrader.
    """
    from nbgrader.apps import NbGraderAPI
    from traitlets.config.loader import PyFileConfigLoader

    # nbgrader starts alembic, which is installed with it, by its name alone.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    config = PyFileConfigLoader("nbgrader_config.py", str(folder)).load_config()
    config.CourseDirectory.root = str(folder.resolve())
    return NbGraderAPI(config=config)


def release(name: str, folder: Path) -> None:
    """Make what students get from the source of an assignment.

    Raises:
        RuntimeError: if nbgrader refuses the source, with what it says.
        ImportError: without nbgrader.
    """
    result = course(folder).generate_assignment(name)
    if not result["success"]:
        raise RuntimeError(f"nbgrader refuses {name}: {result.get('error') or result['log'][-2000:]}")


def _cell(make, text, grade_id, **changes):
    """A cell that is locked and earns nothing, unless ``changes`` of nbgrader's metadata say otherwise."""
    metadata = {
        "grade": False,
        "grade_id": grade_id,
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return make(text, metadata={"nbgrader": metadata | changes})

"""An nbgrader assignment: its source notebook, and the course that releases it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from stylegan_tf.course.assignments.questions import Lesson
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
            hidden = f"### BEGIN HIDDEN TESTS\n{question.graded(seed)}\n### END HIDDEN TESTS"
            cells += [
                _cell(
                    new_markdown_cell,
                    f"{question.text}\n\n_Points:_ {question.points}",
                    f"{question.name}_text",
                ),
                _cell(new_code_cell, question.answer, f"{question.name}_answer", solution=True, locked=False),
                _cell(
                    new_code_cell,
                    f"{question.graded(0)}\n{hidden}",
                    question.name,
                    grade=True,
                    points=question.points,
                ),
            ]
    return notebook(cells)


def course(folder: Path):
    """nbgrader's own interface to a course, an ``NbGraderAPI``, with the settings of ``nbgrader_config.py``
    in its folder.

    Raises:
        ImportError: without nbgrader.
    """
    from nbgrader.apps import NbGraderAPI
    from traitlets.config.loader import PyFileConfigLoader

    # nbgrader starts alembic, which is installed with it, by its name alone
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    config = PyFileConfigLoader("nbgrader_config.py", str(folder)).load_config()
    config.CourseDirectory.root = str(folder.resolve())
    return NbGraderAPI(config=config)


def release(name: str, folder: Path) -> None:
    """Make what students get from the source of an assignment.

    Raises:
        RuntimeError: if nbgrader refuses the source, with what it says. ImportError: without nbgrader.
    """
    result = course(folder).generate_assignment(name)
    if not result["success"]:
        raise RuntimeError(f"nbgrader refuses {name}: {result.get('error') or result['log'][-2000:]}")


def _cell(make, text, grade_id, **changes):
    metadata = {
        "grade": False,
        "grade_id": grade_id,
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return make(text, metadata={"nbgrader": metadata | changes})

"""The source notebook of an nbgrader assignment."""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from stylegan_tf.assignments.questions import Lesson
from stylegan_tf.assignments.sheets import head, notebook


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
                _cell(new_markdown_cell, question.text, f"{question.name}_text"),
                _cell(new_code_cell, question.answer, f"{question.name}_answer", solution=True, locked=False),
                _cell(new_code_cell, f"{question.graded(0)}\n{hidden}", question.name, grade=True, points=question.points),
            ]
    return notebook(cells)


def _cell(make, text, grade_id, **changes):
    metadata = {"grade": False, "grade_id": grade_id, "locked": True, "schema_version": 3, "solution": False, "task": False}
    return make(text, metadata={"nbgrader": metadata | changes})

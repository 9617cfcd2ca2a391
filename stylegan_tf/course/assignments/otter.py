"""An Otter assignment: its source notebook, in the format of ``otter assign``, and what that makes of it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

import stylegan_tf as sg
from stylegan_tf.course import student
from stylegan_tf.course.assignments.questions import Lesson, Question
from stylegan_tf.course.assignments.sheets import head, notebook

# Tests that raise show a student the sentence of the check; those in OK format show a traceback.
CONFIG = """# ASSIGNMENT CONFIG
name: {name}
requirements: [stylegan-tf=={version}]
init_cell: true
show_question_points: true
export_cell:
  pdf: false
tests:
  ok_format: false"""


def source(lessons: list[Lesson], seed: int) -> nbformat.NotebookNode:
    """A sheet with solutions, a public test that earns nothing, and a hidden one on input drawn from ``seed``
    that earns all.
    """
    name = lessons[0].stem if len(lessons) == 1 else "course"
    cells = [new_raw_cell(CONFIG.format(name=name, version=sg.__version__)), new_markdown_cell(head(lessons))]
    for lesson in lessons:
        cells.append(new_code_cell(lesson.imports))
        for question in lesson.questions:
            if question.setup:
                cells.append(new_code_cell(question.setup))
            cells += _question(question, seed)
    return notebook(cells)


def release(name: str, folder: Path) -> None:
    """Make dist/student and dist/autograder from a source, as ``otter assign`` does; what was there before is
    replaced.

    Raises:
        ImportError: without Otter.
    """
    from otter.assign import main as assign

    assign(str(folder / f"{name}.ipynb"), str(folder / "dist"), no_run_tests=True)


def _question(question: Question, seed: int) -> list:
    points = f"points: [0, {question.points}]"
    return [
        new_raw_cell(f"# BEGIN QUESTION\nname: {question.name}\n{points}"),
        new_markdown_cell(question.text),
        new_raw_cell("# BEGIN SOLUTION"),
        new_code_cell(_answer(question.answer)),
        new_raw_cell("# END SOLUTION"),
        new_raw_cell("# BEGIN TESTS"),
        new_code_cell(
            _test("test_shown", question, 0)
        ),  # of two tests with one name Otter would see only the second
        new_code_cell("# HIDDEN\n" + _test("test_hidden", question, seed)),
        new_raw_cell("# END TESTS"),
        new_raw_cell("# END QUESTION"),
    ]


def _answer(answer: str) -> str:
    """An answer with Otter's markers: the solution, and the blank that takes its place in the student's copy."""
    pattern = re.compile(rf"^([ ]*){student.BEGIN}\n(.*?)^[ ]*{student.END}$", re.MULTILINE | re.DOTALL)

    def mark(found):
        indent, solution = found[1], found[2]
        prompt, _ = student.blank(found[0])
        opening, closing = f'{indent}""" # BEGIN PROMPT', f'{indent}""" # END PROMPT'
        return f"{indent}# BEGIN SOLUTION NO PROMPT\n{solution}{indent}# END SOLUTION\n{opening}\n{prompt}\n{closing}"

    return pattern.sub(mark, answer)


def _test(name: str, question: Question, seed: int) -> str:
    """A test function: Otter hands it the variables of the notebook that its parameters name."""
    names = {
        node.id
        for code in question.arguments
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Name)
    }
    return f"def {name}({', '.join(sorted(names))}):\n    from stylegan_tf import checks\n\n    {question.graded(seed)}"

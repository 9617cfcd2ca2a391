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
    """A sheet with solutions and two tests for each question.

    The public test earns nothing. The hidden one, on input drawn from ``seed``, earns all points.
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
    """Make dist/student and dist/autograder from a source, as ``otter assign`` does.

    What was there before is replaced.

    Raises:
        ImportError: without Otter.
    """
    from otter.assign import main as assign

    assign(str(folder / f"{name}.ipynb"), str(folder / "dist"), no_run_tests=True)


def _question(question: Question, seed: int) -> list:
    """The cells of a question: its text, the answer between Otter's markers, and its two tests."""
    points = f"points: [0, {question.points}]"  # of the test that is shown, and of the hidden one
    # Of two tests with one name Otter would see only the second.
    shown = _test("test_shown", question, 0)
    hidden = "# HIDDEN\n" + _test("test_hidden", question, seed)
    return [
        new_raw_cell(f"# BEGIN QUESTION\nname: {question.name}\n{points}"),
        new_markdown_cell(question.text),
        new_raw_cell("# BEGIN SOLUTION"),
        new_code_cell(_answer(question.answer)),
        new_raw_cell("# END SOLUTION"),
        new_raw_cell("# BEGIN TESTS"),
        new_code_cell(shown),
        new_code_cell(hidden),
        new_raw_cell("# END TESTS"),
        new_raw_cell("# END QUESTION"),
    ]


def _answer(answer: str) -> str:
    """An answer with Otter's markers: the solution, and the blank that replaces it in the student's copy."""
    pattern = re.compile(rf"^([ ]*){student.BEGIN}\n(.*?)^[ ]*{student.END}$", re.MULTILINE | re.DOTALL)
    return pattern.sub(_marked, answer)


def _marked(found: re.Match) -> str:
    """A solution between the course's markers -> the same between Otter's, and its blank."""
    indent, solution = found.groups()
    prompt, _ = student.blank(found[0])
    return (
        f"{indent}# BEGIN SOLUTION NO PROMPT\n"
        f"{solution}{indent}# END SOLUTION\n"
        f'{indent}""" # BEGIN PROMPT\n'
        f"{prompt}\n"
        f'{indent}""" # END PROMPT'
    )


def _test(name: str, question: Question, seed: int) -> str:
    """A test function: Otter hands it the variables of the notebook that its parameters name."""
    names = set()
    for code in question.arguments:
        names |= {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    parameters = ", ".join(sorted(names))
    return f"def {name}({parameters}):\n    from stylegan_tf import checks\n\n    {question.graded(seed)}"

"""The sheets of the graders say what the lessons say; tests/graders/ runs the graders on them."""

import json
import re

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from support.repository import ROOT

from stylegan_tf import checks
from stylegan_tf.course import student
from stylegan_tf.course.assignments import nbgrader, otter, questions
from stylegan_tf.course.assignments.__main__ import write_sources

LESSONS = questions.read_lessons(ROOT / "notebooks")
QUESTIONS = [question for lesson in LESSONS for question in lesson.questions]


def write(folder, *cells, name="05_lesson.ipynb"):
    """A notebook of (kind, source)."""
    written = [
        {"cell_type": kind, "source": text.splitlines(keepends=True), "metadata": {}} for kind, text in cells
    ]
    (folder / name).write_text(json.dumps({"cells": written}))
    return folder / name


def exercise(code):
    return f"### BEGIN SOLUTION\n{code}\n### END SOLUTION\n\n# NBVAL_CHECK_OUTPUT\nchecks.check_shape(answer, 5, G.config)"


@pytest.fixture
def lesson(tmp_path):
    cells = [
        ("markdown", "# 05 · A lesson"),
        ("code", "%pip install x\nimport numpy as np"),
        ("code", "size, unused = 3, 4\nother = 5"),
        (
            "code",
            "def double(x):\n    return size * x  # twice or more\n\n\nG = double(np.ones(1))\ndouble(7)",
        ),
        ("markdown", "Before it.\n\n### Exercise 1 · First\nWhat is it?"),
        ("code", exercise("answer = [double(other) for other in range(2)]")),
        ("markdown", "### Exercise 2 · Second\nAnd now?"),
        ("code", "G.summary()"),
        ("markdown", "A word more."),
        ("code", exercise("answer = 1\nanswer = 2\n\nanswer = 3\nanswer = 4")),
    ]
    return questions.read_lesson(write(tmp_path, *cells))


def test_a_question_takes_what_it_uses_from_earlier_cells_and_no_more(lesson):
    setup = (
        "size, unused = 3, 4\ndef double(x):\n    return size * x  # twice or more\nG = double(np.ones(1))"
    )
    assert [question.setup for question in lesson.questions] == [setup, ""]


def test_the_text_of_a_question_begins_at_its_title(lesson):
    assert [question.text for question in lesson.questions] == [
        "### Exercise 1 · First\nWhat is it?",
        "### Exercise 2 · Second\nAnd now?\n\nA word more.",
    ]
    assert [question.title for question in lesson.questions] == ["First", "Second"]


def test_points_are_the_lines_of_the_solution_and_three_at_the_most(lesson):
    assert [question.points for question in lesson.questions] == [1, 3]
    assert lesson.points == 4


def test_the_hidden_line_grades_what_the_lesson_checks(lesson):
    assert lesson.questions[0].graded(7) == "checks.grade(checks.check_shape, answer, 5, G.config, seed=7)"


def test_a_solution_without_a_title_or_a_check_is_refused(tmp_path):
    for cells in [
        [("code", exercise("answer = 1"))],
        [("markdown", "### Exercise 1 · A"), ("code", "### BEGIN SOLUTION\n1\n### END SOLUTION")],
    ]:
        with pytest.raises(ValueError, match="needs '### Exercise N"):
            questions.read_lesson(write(tmp_path, ("markdown", "# 05 · A"), ("code", "1"), *cells))


def test_a_folder_without_notebooks_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no notebook"):
        questions.read_lessons(tmp_path)


def test_every_check_is_a_question_of_one_lesson():
    assert sorted(question.check for question in QUESTIONS) == sorted(
        n for n in checks.__all__ if n.startswith("check_")
    )


def test_the_names_of_questions_differ():
    assert len({question.name for question in QUESTIONS}) == len(QUESTIONS)


def test_the_table_for_teachers_is_that_of_the_lessons():
    """``make assignments`` writes it anew, as build/assignments/points.md."""
    assert questions.points_table(LESSONS) in (ROOT / "docs/assignments.md").read_text()


def test_nbgrader_locks_all_but_the_answers():
    sheet = nbgrader.source(LESSONS, seed=1)
    nbformat.validate(sheet)
    kinds = [cell.metadata.nbgrader for cell in sheet.cells]
    assert len({kind.grade_id for kind in kinds}) == len(kinds)
    open_ones = [cell for cell in sheet.cells if not cell.metadata.nbgrader.locked]
    assert [cell.source for cell in open_ones] == [question.answer for question in QUESTIONS]
    assert {kind.grade_id: kind.points for kind in kinds if kind.grade} == {
        q.name: q.points for q in QUESTIONS
    }


def test_hidden_tests_draw_from_the_given_seed_and_visible_ones_do_not():
    for make in (nbgrader.source, otter.source):
        text = nbformat.writes(make(LESSONS, seed=4321))
        assert text.count("seed=4321") == text.count("seed=0)") == len(QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_otters_prompt_is_the_blank_of_the_student_notebook(question):
    """What otter assign does with its markers, by the rules of its documentation."""
    kept, solution = [], False
    for line in otter._answer(question.answer).splitlines():
        if line.strip() in ("# BEGIN SOLUTION NO PROMPT", "# END SOLUTION"):
            solution = "BEGIN" in line
        elif not solution and not re.search(r"# (BEGIN|END) PROMPT$", line):
            kept.append(line)
    assert "\n".join(kept) == student.blank(question.answer)[0]


def test_writing_again_touches_nothing_that_was_handed_in(tmp_path):
    handed = tmp_path / "nbgrader/submitted/ada/lesson/lesson.ipynb"
    handed.parent.mkdir(parents=True)
    handed.write_text("mine")
    for _ in range(2):
        write_sources({"lesson": LESSONS[:1]}, tmp_path, seed=1)
    assert handed.read_text() == "mine"
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {
        "nbgrader/submitted/ada/lesson/lesson.ipynb",
        "nbgrader/nbgrader_config.py",
        "nbgrader/source/lesson/lesson.ipynb",
        "otter/lesson/lesson.ipynb",
    }


def test_the_same_lessons_make_the_same_files(tmp_path):
    for folder in ("a", "b"):
        write_sources({"lesson": LESSONS[:1]}, tmp_path / folder, seed=1)
    for path in (tmp_path / "a").rglob("*.ipynb"):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


@pytest.mark.parametrize("lesson_", LESSONS, ids=lambda lesson: lesson.stem)
def test_the_answers_of_a_sheet_pass_its_tests_with_nothing_but_the_sheet(lesson_, capsys):
    names = {}
    for cell in nbgrader.source([lesson_], seed=1).cells:
        if cell.cell_type == "code":
            exec(TransformerManager().transform_cell(cell.source), names)
    assert capsys.readouterr().out.count("✓ correct") == 2 * len(lesson_.questions)

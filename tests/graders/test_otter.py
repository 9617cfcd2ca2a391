"""Otter gives the solution all points, a blank none, and a wrong answer loses its own question's points and
no others.
"""

import re

import pytest
from otter.api import grade_submission
from support.submissions import LESSON, SUBMISSIONS, expected, hand_in, write_sheets, write_table

from stylegan_tf.course.assignments import otter


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Released sheets: one with all questions, and that of a lesson."""
    out, sheets = write_sheets(tmp_path_factory)
    for name in sheets:
        otter.release(name, out / "otter" / name)
    return out / "otter"


TABLE = {}  # {student: {question: points}}


def answered(cells, i):
    """A cell is the answer to the question that the next one checks."""
    following = cells[i + 1].source if i + 1 < len(cells) else ""
    found = re.fullmatch(r'grader\.check\("(\w+)"\)', following)
    return found and found[1]


def grade(course, sheet, answers, tmp_path):
    """{question: points}"""
    dist = course / sheet / "dist"
    submission = tmp_path / f"{sheet}.ipynb"
    hand_in(dist / "student" / f"{sheet}.ipynb", answers, answered, submission)
    (autograder,) = (dist / "autograder").glob("*.zip")
    results = grade_submission(str(submission), str(autograder), quiet=True)
    return {name: file.score for name, file in results.results.items()}


def test_the_solution_of_a_lesson_gets_full_marks_on_its_own_sheet(course, tmp_path):
    names = [question.name for question in LESSON.questions]
    answers = {name: code for name, code in SUBMISSIONS["solution"][0].items() if name in names}
    assert grade(course, LESSON.stem, answers, tmp_path) == expected(set(), names)


def test_a_student_does_not_see_the_hidden_tests(course):
    for released in course.glob("*/dist/student/*.ipynb"):
        text = released.read_text("utf-8")
        assert "seed=0" in text and "seed=1" not in text and "SOLUTION" not in text


@pytest.mark.parametrize("who", SUBMISSIONS)
def test_a_submission_loses_the_points_of_its_wrong_answers_only(course, tmp_path, who):
    answers, losing = SUBMISSIONS[who]
    TABLE[who] = grade(course, "course", answers, tmp_path)
    write_table("otter", TABLE)
    assert TABLE[who] == expected(losing)

"""nbgrader gives the solution all points, a blank none, and a wrong answer loses its own question's points
and no others.
"""

import pytest
from nbgrader.api import Gradebook
from support.submissions import LESSON, SUBMISSIONS, expected, hand_in, write_sheets, write_table

from stylegan_tf.course.assignments import nbgrader


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course whose sheets are released: one with all questions, and that of a lesson."""
    out, sheets = write_sheets(tmp_path_factory)
    for name in sheets:
        nbgrader.release(name, out / "nbgrader")
    return out / "nbgrader"


TABLE = {}  # {student: {question: points}}


def answered(cells, i):
    grade_id = cells[i].metadata.get("nbgrader", {}).get("grade_id", "")
    return grade_id.removesuffix("_answer") if grade_id.endswith("_answer") else None


def grade(course, sheet, who, answers):
    """{question: points}"""
    released = course / "release" / sheet / f"{sheet}.ipynb"
    hand_in(released, answers, answered, course / "submitted" / who / sheet / f"{sheet}.ipynb")
    api = nbgrader.course(course)
    result = api.autograde(sheet, who)
    assert result["success"], result.get("error") or result["log"]
    with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as book:
        notebook = book.find_submission_notebook(sheet, sheet, who)
        assert not notebook.needs_manual_grade
        return {grade.name: grade.score for grade in notebook.grades}


def test_the_solution_of_a_lesson_gets_full_marks_on_its_own_sheet(course):
    names = [question.name for question in LESSON.questions]
    answers = {name: code for name, code in SUBMISSIONS["solution"][0].items() if name in names}
    assert grade(course, LESSON.stem, "solution", answers) == expected(set(), names)


def test_a_student_does_not_see_the_hidden_tests(course):
    for released in (course / "release").rglob("*.ipynb"):
        text = released.read_text("utf-8")
        assert "seed=0" in text and "seed=1" not in text and "SOLUTION" not in text


def test_a_changed_test_is_put_back(course):
    """A student who weakens the visible test gains nothing."""
    sheet = LESSON.stem
    released = course / "release" / sheet / f"{sheet}.ipynb"
    target = course / "submitted" / "weakened" / sheet / f"{sheet}.ipynb"
    target.parent.mkdir(parents=True)
    target.write_text(released.read_text("utf-8").replace("checks.grade(", "print("), "utf-8")
    api = nbgrader.course(course)
    assert api.autograde(sheet, "weakened")["success"]
    with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as book:
        assert book.find_submission(sheet, "weakened").score == 0


@pytest.mark.parametrize("who", SUBMISSIONS)
def test_a_submission_loses_the_points_of_its_wrong_answers_only(course, who):
    answers, losing = SUBMISSIONS[who]
    TABLE[who] = grade(course, "course", who, answers)
    write_table("nbgrader", TABLE)
    assert TABLE[who] == expected(losing)

"""What students hand in: the solution, nothing, and every wrong answer that the tests of the checks list.

A kernel takes seconds to import TensorFlow, so a submission holds wrong answers to many questions. They are
staggered, so that about half of the questions of each submission are answered rightly; those must keep their
points.
"""

from pathlib import Path

import nbformat
from support.answers import VALUES, WRONG

from stylegan_tf.course import student
from stylegan_tf.course.assignments.__main__ import write_sources
from stylegan_tf.course.assignments.questions import read_lessons

ROOT = Path(__file__).parent.parent.parent
LESSONS = read_lessons(ROOT / "notebooks")
LESSON = next(lesson for lesson in LESSONS if lesson.stem.startswith("05"))  # which also uses a network
QUESTIONS = [question for lesson in LESSONS for question in lesson.questions]
POINTS = {question.name: question.points for question in QUESTIONS}

# Exercises whose answer is a value: code that the sheet runs
WRONG_VALUES = {
    "check_shape": ["(5, 1, 32, 32)", "(5, 32, 32)", "(32, 32, 1)", "(5, G.config.z_dim)", "5"],
    "check_style_count": ["352", "176", "512", "8", "705"],
    "check_diagnosis": [
        "{'A': 'bad luck'}",
        "'rate'",
        "museum.ANSWERS | {'A': museum.ANSWERS['B']}",
        "dict.fromkeys(museum.ANSWERS, 'rate')",
    ],
    "check_unmask": [
        "{'P': 'Z'}",
        "'D'",
        "dict.fromkeys(shelf.UNNAMED, 'F')",
        "{'P': 'B', 'Q': 'D', 'R': 'F'}",
    ],
}
assert set(WRONG_VALUES) == VALUES


def solution(question):
    return "\n".join(
        line for line in question.answer.splitlines() if line.strip() not in (student.BEGIN, student.END)
    )


def wrong_answers(question):
    """Code of the wrong answers to a question."""
    variable = question.arguments[0]
    if question.check in VALUES:
        return [f"{variable} = {value}" for value in WRONG_VALUES[question.check]]
    count = sum(check.__name__ == question.check for check, _, _ in WRONG)
    return [
        f"from support.submissions import wrong\n\n{variable} = wrong({question.check!r}, {n})"
        for n in range(count)
    ]


def wrong(check, n):
    """The n-th wrong answer listed for a check; the sheet calls this."""
    return [answer for listed, answer, _ in WRONG if listed.__name__ == check][n]


def submissions():
    """{student: (code of each answer by question, questions that must lose their points)}; nothing is the
    student's blank.
    """
    found = {
        "solution": ({question.name: solution(question) for question in QUESTIONS}, set()),
        "blank": ({}, set(POINTS)),
    }
    listed = {question.name: wrong_answers(question) for question in QUESTIONS}
    rounds = max(map(len, listed.values())) + 3
    for turn in range(rounds):
        numbers = {name: (turn + place) % rounds for place, name in enumerate(listed)}
        wrong_ones = {name: listed[name][n] for name, n in numbers.items() if n < len(listed[name])}
        found[f"wrong{turn + 1}"] = (found["solution"][0] | wrong_ones, set(wrong_ones))
    assert sum(len(losing) for who, (_, losing) in found.items() if who != "blank") == sum(
        map(len, listed.values())
    )
    return found


SUBMISSIONS = submissions()


def write_sheets(tmp_path_factory):
    """The folder of sources for both graders, and the names of its sheets: one with all questions, and that
    of a lesson.
    """
    out, sheets = tmp_path_factory.mktemp("assignments"), {"course": LESSONS, LESSON.stem: [LESSON]}
    write_sources(sheets, out, seed=1)
    return out, list(sheets)


def hand_in(released, answers, is_answer, path):
    """Write the released sheet with answers; ``is_answer(cells, i)`` is the question that cell i answers, or
    None.
    """
    sheet = nbformat.read(released, as_version=4)
    filled = 0
    for i, cell in enumerate(sheet.cells):
        name = is_answer(sheet.cells, i)
        if name in answers:
            cell.source = answers[name]
            filled += 1
    assert filled == len(answers)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(sheet, path)


def expected(losing, names=POINTS):
    return {name: 0 if name in losing else POINTS[name] for name in names}


def write_table(grader, scores):
    """build/graders/GRADER.md: a row for each submission. ``scores``: {student: {question: points}}."""
    rows = [f"| {grader} | wrong answers | points given | expected |", "|---|---|---|---|"]
    for who, given in scores.items():
        answers, losing = SUBMISSIONS[who]
        listed = (
            f"{len(losing)} of {len(POINTS)}"
            if who.startswith("wrong")
            else ("none" if answers else "all blank")
        )
        rows.append(f"| {who} | {listed} | {sum(given.values()):g} | {sum(expected(losing).values())} |")
    path = ROOT / "build/graders" / f"{grader}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(rows) + "\n")

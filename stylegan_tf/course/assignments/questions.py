"""The exercises of a lesson, read from its notebook: question, answer, check, points, and what they need."""

from __future__ import annotations

import ast
import json
import re
import symtable
from dataclasses import dataclass
from pathlib import Path

from stylegan_tf.course import student

CHECKED = "# NBVAL_CHECK_OUTPUT"  # the line between an answer and its check
MOST_POINTS = 3


@dataclass(frozen=True)
class Question:
    """One exercise.

    Args:
        name: "lesson05_exercise3", the same for every grader and in every gradebook.
        text: Markdown, from its title on.
        setup: code of earlier cells that the answer or the check uses, without what earlier questions have
            already.
        answer: code, with the solution between the markers of ``student``.
        check: name of the function in ``checks``.
        arguments: code of what the check is called with, the answer first.
    """

    name: str
    text: str
    setup: str
    answer: str
    check: str
    arguments: tuple[str, ...]

    @property
    def title(self) -> str:
        return re.search(r"^### Exercise \d+ · (.*)$", self.text, re.MULTILINE)[1]

    @property
    def points(self) -> int:
        """One for each statement of the solution, three at the most."""
        _, solutions = student.blank(self.answer)
        nodes = [node for text in solutions for top in student.statements(text) for node in ast.walk(top)]
        count = sum(isinstance(node, ast.stmt) for node in nodes)
        return min(count, MOST_POINTS)

    def graded(self, seed: int) -> str:
        """The line that raises unless the answer is right, on input drawn from ``seed``."""
        arguments = ", ".join((f"checks.{self.check}", *self.arguments))
        return f"checks.grade({arguments}, seed={seed})"


@dataclass(frozen=True)
class Lesson:
    """The exercises of one notebook.

    Args:
        stem: its file's name, without the ending.
        title: the headline of its first cell.
        imports: the code of its first cell with code, and of the next one if the first is folded.
        questions: in their order.
    """

    stem: str
    title: str
    imports: str
    questions: tuple[Question, ...]

    @property
    def points(self) -> int:
        return sum(question.points for question in self.questions)


def read_lesson(file: Path) -> Lesson:
    """The exercises of a notebook with solutions.

    Raises:
        ValueError: if a solution has no title "### Exercise N · ..." above it, or no check below.
    """
    stored = json.loads(file.read_text("utf-8"))["cells"]
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in stored]
    code = [source for kind, source in cells if kind == "code"]
    beginning = code[:2] if code[0].startswith("# @title") else code[:1]

    text = []  # of the exercise above the next solution
    earlier = []  # statements of the cells so far
    given = set()  # those that a question before has in its setup
    questions = []
    for kind, source in cells:
        if kind == "markdown":
            title = re.search(r"^### Exercise \d+ · ", source, re.MULTILINE)
            if title:
                text = [source[title.start() :]]
            else:
                text.append(source)

        elif _has_solution(source):
            # A solution: its text is above, its check below.
            answer, _, check = source.partition(CHECKED)
            if not text or not text[0].startswith("### Exercise") or not check:
                raise ValueError(
                    f"{file.name}: the solution '{answer[:60]}...' "
                    f"needs '### Exercise N · ' above, '{CHECKED}' below"
                )
            setup = [code for code in _needed(source, earlier) if code not in given]
            given |= set(setup)
            call = ast.parse(check.strip()).body[0].value
            question = Question(
                name=f"lesson{file.stem[:2]}_exercise{len(questions) + 1}",
                text="\n\n".join(text).strip(),
                setup="\n".join(setup),
                answer=answer.strip(),
                check=call.func.attr,
                arguments=tuple(ast.unparse(argument) for argument in call.args),
            )
            questions.append(question)
            text = []

        elif source not in beginning:
            earlier += _statements(source)

    title = re.search(r"^# (.*)$", cells[0][1], re.MULTILINE)[1]
    return Lesson(file.stem, title, "\n\n".join(beginning), tuple(questions))


def read_lessons(folder: Path) -> list[Lesson]:
    """The lessons of a folder, in their order.

    Raises:
        FileNotFoundError: if there is no notebook.
    """
    files = sorted(folder.glob("*.ipynb"))
    if not files:
        raise FileNotFoundError(
            f"there is no notebook in {folder}; name the folder of the notebooks with solutions"
        )
    return [read_lesson(file) for file in files]


def points_table(lessons: list[Lesson]) -> str:
    """Markdown: a row for each question, and the sum of each lesson."""
    rows = ["| lesson | question | title | points |", "|---|---|---|---|"]
    for lesson in lessons:
        rows += [f"| {lesson.stem[:2]} | `{q.name}` | {q.title} | {q.points} |" for q in lesson.questions]
        _, _, title = lesson.title.partition(" · ")
        rows.append(f"| **{lesson.stem[:2]}** | | **{title}** | **{lesson.points}** |")
    total = sum(lesson.points for lesson in lessons)
    rows.append(f"| **all** | | | **{total}** |")
    return "\n".join(rows) + "\n"


def _has_solution(source: str) -> bool:
    _, solutions = student.blank(source)
    return bool(solutions)


def _statements(source: str) -> list[str]:
    """The code of each statement of a cell, with its comments at the line's end."""
    lines = source.splitlines()
    statements = []
    for node in ast.parse(source).body:
        decorators = getattr(node, "decorator_list", ())  # they are above the line that a function has
        start = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        statements.append("\n".join(lines[start - 1 : node.end_lineno]))
    return statements


def _needed(source: str, earlier: list[str]) -> list[str]:
    """The earlier statements that bind what a cell uses, and what those use in turn; in their order."""
    _, used = _names(source)
    needed = []
    for statement in reversed(earlier):
        bound, uses = _names(statement)
        if bound & used:
            needed.insert(0, statement)
            used = (used - bound) | uses
    return needed


def _names(source: str) -> tuple[set[str], set[str]]:
    """The names that a piece of code binds at its top level, and those it reads from there."""
    # At the top level.
    top = symtable.symtable(source, "cell", "exec")
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    used = {s.get_name() for s in top.get_symbols() if s.is_referenced()}

    # In its functions and comprehensions, at any depth.
    inner = list(top.get_children())
    while inner:
        table = inner.pop()
        used |= {s.get_name() for s in table.get_symbols() if s.is_global()}
        inner += table.get_children()
    return bound, used

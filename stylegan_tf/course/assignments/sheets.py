"""What the sheets of both graders share: the head, and cells as nbformat expects them."""

from __future__ import annotations

import hashlib

import nbformat

from stylegan_tf.course.assignments.questions import Lesson

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def head(lessons: list[Lesson]) -> str:
    """Markdown: the title, what to do, and what it is worth."""
    titles = " and ".join(f"lesson {lesson.title}" for lesson in lessons)
    return (
        f"# Exercises of {titles}\n\n"
        "Work through the lesson first and keep it open next to this sheet: "
        "it explains the words and the formulas. "
        "Write your answers in place of the three dots, and run the cell below each: "
        "it says whether the answer is right, and if not, what to look at. "
        "The grader tries the answer on other numbers. No answer needs another one.\n\n"
        f"All answers together are worth {sum(lesson.points for lesson in lessons)} points."
    )


def notebook(cells: list) -> nbformat.NotebookNode:
    """A notebook of these cells.

    Their ids follow from place and text, so that the same sheet is the same file.
    """
    for place, cell in enumerate(cells):
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        cell["id"] = f"cell-{place:03d}-{digest}"
    return nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)

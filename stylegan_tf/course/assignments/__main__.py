"""Assignments from the notebooks with solutions, as ``make assignments`` writes them:

    python -m stylegan_tf.course.assignments notebooks build/assignments

OUT/nbgrader is a course of nbgrader: sources, and what students get in release/. OUT/otter/LESSON holds a
source and, in dist/, the student's sheet and the autograder. OUT/points.md says what each question is worth.
Nothing that was handed in is touched.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import nbformat

from stylegan_tf.course.assignments import nbgrader, otter
from stylegan_tf.course.assignments.questions import Lesson, points_table, read_lessons
from stylegan_tf.files import write_atomically


def write_sources(lessons: dict[str, list[Lesson]], out: Path, seed: int) -> None:
    """The source of each assignment for both graders, and the settings of nbgrader.

    Args:
        lessons: by name of the assignment.
        seed: of the input of hidden tests.
    """
    settings = Path(nbgrader.__file__).with_name("nbgrader_config.py")
    write_atomically(out / "nbgrader/nbgrader_config.py", settings.read_bytes())
    for name, parts in lessons.items():
        for_nbgrader = nbformat.writes(nbgrader.source(parts, seed)).encode()
        write_atomically(out / f"nbgrader/source/{name}/{name}.ipynb", for_nbgrader)
        for_otter = nbformat.writes(otter.source(parts, seed)).encode()
        write_atomically(out / f"otter/{name}/{name}.ipynb", for_otter)


def main(argv: list[str] | None = None) -> int:
    """Write the assignments of a folder of notebooks."""
    parser = argparse.ArgumentParser(
        prog="python -m stylegan_tf.course.assignments", description="Write sheets for nbgrader and Otter."
    )
    parser.add_argument("source", type=Path, help="folder of the notebooks with solutions")
    parser.add_argument("out", type=Path, help="folder to write to; it is made if it is missing")
    parser.add_argument(
        "--seed", type=int, default=1, help="of the input of hidden tests (default 1); keep yours to yourself"
    )
    args = parser.parse_args(argv)

    # Sources first, then what each grader makes of them.
    try:
        lessons = read_lessons(args.source)
        write_sources({lesson.stem: [lesson] for lesson in lessons}, args.out, args.seed)
        for lesson in lessons:
            nbgrader.release(lesson.stem, args.out / "nbgrader")
            otter.release(lesson.stem, args.out / "otter" / lesson.stem)
            print(f"{lesson.stem}: {len(lesson.questions)} questions, {lesson.points} points", flush=True)
        write_atomically(args.out / "points.md", points_table(lessons).encode())
    except ImportError as error:
        parser.error(f"{error.name} is not installed; pip install 'stylegan-tf[graders]'")
    except (OSError, RuntimeError, ValueError) as error:
        parser.error(str(error))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

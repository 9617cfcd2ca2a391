"""Student notebooks: the notebooks of the course with the solutions blanked.

    python -m stylegan_tf.course.student notebooks notebooks/student

A solution is what lies between ``### BEGIN SOLUTION`` and ``### END SOLUTION``, nbgrader's markers.
"""

from __future__ import annotations

import argparse
import ast
import json
import textwrap
from pathlib import Path

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"


def blank(source: str) -> tuple[str, list[str]]:
    """A cell with each solution replaced by three dots, and the solutions that were taken out.

    ``value = 3`` between the markers becomes ``value = ...``: a single assignment keeps its name.

    Raises:
        ValueError: if a marker has no partner.
    """
    # Line by line: outside a solution, or inside one.
    kept = []
    solutions = []
    inside = None  # the lines of the solution that has begun, if one has
    for line in source.split("\n"):
        marker = line.strip()
        if marker == BEGIN and inside is None:
            inside = []
            indent = line[: len(line) - len(line.lstrip())]
        elif marker == END and inside is not None:
            solutions.append("\n".join(inside))
            kept.append(indent + _dots_for(inside))
            inside = None
        elif marker in (BEGIN, END):
            raise ValueError(f"'{marker}' has no partner in the cell that begins '{source.splitlines()[0]}'")
        elif inside is None:
            kept.append(line)
        else:
            inside.append(line)
    if inside is not None:
        raise ValueError(f"'{BEGIN}' has no partner in the cell that begins '{source.splitlines()[0]}'")
    return "\n".join(kept), solutions


def _dots_for(solution: list[str]) -> str:
    """What a student sees for a solution: three dots, with the name if it is a single assignment."""
    found = statements("\n".join(solution))
    target = found[0].targets[0] if isinstance(found[0], ast.Assign) else None
    is_assignment = len(found) == 1 and isinstance(target, ast.Name)
    return f"{target.id} = ..." if is_assignment else "..."


def statements(solution: str) -> list[ast.stmt]:
    """The statements of a solution."""
    # A ``return`` stands alone only within a function, so the lines are put into one.
    lines = textwrap.indent(textwrap.dedent(solution), "    ")
    return ast.parse(f"def solution():\n{lines}").body[0].body


def student_notebook(notebook: dict) -> dict:
    """A copy of a notebook for students: solutions blanked, their outputs and those of the checks removed."""
    notebook = json.loads(json.dumps(notebook))
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        text, solutions = blank(source)
        cell["source"] = text.splitlines(keepends=True)
        if cell["cell_type"] == "code" and (solutions or "checks.check_" in source):
            cell.update(outputs=[], execution_count=None)
    return notebook


def student_file(file: Path) -> bytes:
    """What a student's copy of a notebook file holds."""
    notebook = student_notebook(json.loads(file.read_text("utf-8")))
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def main(argv: list[str] | None = None) -> int:
    """Write the student's copy of each notebook of a folder."""
    parser = argparse.ArgumentParser(
        prog="python -m stylegan_tf.course.student", description="Write notebooks without the solutions."
    )
    parser.add_argument("source", type=Path, help="folder of the notebooks with solutions")
    parser.add_argument("out", type=Path, help="folder to write to; it is made if it is missing")
    args = parser.parse_args(argv)
    files = sorted(args.source.glob("*.ipynb"))
    if not files:
        parser.error(f"there is no notebook in {args.source}")
    args.out.mkdir(parents=True, exist_ok=True)
    for file in files:
        (args.out / file.name).write_bytes(student_file(file))
        print(args.out / file.name)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

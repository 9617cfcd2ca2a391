"""How the code reads, in figures: comments, packed assignments and conditional expressions per 1,000 lines.

python tools/code_figures.py                       # the package and its folders
python tools/code_figures.py stylegan_tf/training other/project

The figures are information, not a test: a number can be met by writing worse code.
"""

from __future__ import annotations

import argparse
import ast
import io
import tokenize
from dataclasses import dataclass
from pathlib import Path

WIDE = 110  # columns


@dataclass
class Figures:
    """Counts of some files.

    Attributes:
        lines: all of them, blank ones too. comments: lines with a comment.
        packed: assignments of several values to several names in one line. conditionals: ``a if b else c``.
        wide: lines of more than 110 columns. longest: lines of the longest function.
    """

    lines: int = 0
    comments: int = 0
    packed: int = 0
    conditionals: int = 0
    wide: int = 0
    longest: int = 0

    def add(self, path: Path) -> None:
        """Count a file too."""
        text = path.read_text()
        lines = text.splitlines()
        self.lines += len(lines)
        self.wide += sum(len(line) > WIDE for line in lines)
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        self.comments += sum(token.type == tokenize.COMMENT for token in tokens)
        for node in ast.walk(ast.parse(text)):
            self.packed += is_packed(node)
            self.conditionals += isinstance(node, ast.IfExp)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.longest = max(self.longest, node.end_lineno - node.lineno + 1)

    def per_thousand(self, count: int) -> float:
        return 1000 * count / max(self.lines, 1)


def is_packed(node) -> bool:
    """Whether a node is ``a, b = x, y``: two facts in a line."""
    if not isinstance(node, ast.Assign):
        return False
    return isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple)


def figures_of(place: Path) -> Figures:
    """Of a file, or of all Python files in a folder."""
    found = Figures()
    for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
        found.add(path)
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "places", nargs="*", type=Path, help="files or folders (default the package and its folders)"
    )
    places = parser.parse_args().places
    if not places:
        package = Path(__file__).resolve().parent.parent / "stylegan_tf"
        places = [package, *sorted(path for path in package.iterdir() if (path / "__init__.py").exists())]
    print(f"{'':34} {'lines':>7} {'comments':>9} {'packed':>7} {'a if b':>7} {'wide':>5} {'longest':>8}")
    for place in places:
        found = figures_of(place)
        name = str(place)[-34:]
        rates = [found.per_thousand(n) for n in (found.comments, found.packed, found.conditionals)]
        comments, packed, conditionals = rates
        print(
            f"{name:34} {found.lines:7,} {comments:9.0f} {packed:7.1f} {conditionals:7.1f}"
            f" {found.wide:5} {found.longest:8}"
        )


if __name__ == "__main__":
    main()

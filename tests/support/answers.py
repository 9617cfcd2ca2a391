"""Answers to all exercises: the tables WRONG and RIGHT of the test files of the lessons, in tests/checks/."""

import importlib
from pathlib import Path

VALUES = {
    "check_shape",
    "check_style_count",
    "check_diagnosis",
    "check_unmask",
}
"""Exercises whose answer is a value and no function; they have tests of their own."""


def cases(table):
    """(check, answer, words) of a dict check -> [(answer, words)]; a list of them stays as it is."""
    return (
        [(c, *case) for c, answers in table.items() for case in answers] if isinstance(table, dict) else table
    )


def files():
    """The modules of tests/checks/ that have such tables."""
    folder = Path(__file__).parent.parent / "checks"
    names = {path.stem for path in folder.glob("test_*.py")} - {
        "test_all",
        "test_graded",
    }  # which use this file
    modules = [importlib.import_module(f"checks.{name}") for name in sorted(names)]
    return [module for module in modules if hasattr(module, "WRONG")]


FILES = files()
WRONG = [case for file in FILES for case in cases(file.WRONG)]
RIGHT = [case for file in FILES for case in file.RIGHT]

"""Who imports whom in the package, read from its sources."""

import ast
from pathlib import Path

from support.repository import ROOT

PACKAGE = ROOT / "stylegan_tf"


def place_of(path: Path) -> str:
    """The folder of a file in the package, or the name of a file that is in none: "networks", "config"."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imported_modules(path: Path) -> set[str]:
    """The modules that a file imports, at its top or in a function: "stylegan_tf.config", "matplotlib.figure"."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {module_of(node.module, alias.name) for alias in node.names}
    return found


def module_of(module: str, name: str) -> str:
    """The module that "from module import name" loads: ``module.name`` where that is a module of ours."""
    inside = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if inside.is_dir() or inside.with_suffix(".py").is_file() else module


def edges() -> dict[str, dict[str, set[str]]]:
    """{place: {place that it imports: the files that do}}."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        here = place_of(path)
        for module in imported_modules(path):
            root, _, inner = module.partition(".")
            if root != PACKAGE.name or not inner:
                continue
            there = inner.split(".")[0]
            if there != here:
                found.setdefault(here, {}).setdefault(there, set()).add(str(path.relative_to(PACKAGE)))
    return found

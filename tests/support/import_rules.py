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
            # "from stylegan_tf import latents" imports a folder, "from stylegan_tf.x import y" the module x
            is_top = node.module == PACKAGE.name
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if is_top else {node.module}
    return found


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

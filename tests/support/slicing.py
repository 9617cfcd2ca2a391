"""Which cells of a notebook depend on which, by the names that they set, change and read."""

import ast
import builtins
from dataclasses import dataclass, field

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Assert, ast.Delete)


@dataclass
class Names:
    """The names of a cell.

    Attributes:
        sets: those that it gives a value.
        changes: those whose object it changes: ``x.y = 1``, ``x[0] = 1``, ``x.fit()`` as a statement.
        reads: those that must be there before it runs.
    """

    sets: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)


class Statement(ast.NodeVisitor):
    """The names that one statement loads, stores and changes; those of functions and comprehensions stay theirs."""

    def __init__(self, statement):
        self.loads, self.stores, self.changes = set(), set(), set()
        self.local = set()  # names of the function or comprehension that is being read
        self.visit(statement)

    def visit_Name(self, node):
        if node.id not in self.local:
            (self.loads if isinstance(node.ctx, ast.Load) else self.stores).add(node.id)

    def visit_Import(self, node):
        self.stores |= imported(node) - self.local

    visit_ImportFrom = visit_Import

    def visit_Attribute(self, node):
        if isinstance(node.ctx, ast.Store):
            self.changes |= root(node) - self.local
        self.generic_visit(node)

    visit_Subscript = visit_Attribute

    def visit_Expr(self, node):
        if isinstance(node.value, ast.Call):
            self.changes |= root(node.value.func) - self.local
        self.generic_visit(node)

    def generic_visit(self, node):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name not in self.local:
            self.stores.add(node.name)
        if not isinstance(node, FUNCTIONS + COMPREHENSIONS):
            return super().generic_visit(node)
        outside = self.local
        self.local = outside | own_names(node)
        super().generic_visit(node)
        self.local = outside


def own_names(node) -> set[str]:
    """Arguments and variables of a function or comprehension."""
    arguments = {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    return arguments | {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def root(node) -> set[str]:
    """The name on the left of ``x.y[0].z``, where something follows it."""
    if isinstance(node, ast.Name):
        return set()
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def imported(node) -> set[str]:
    """The names that an import sets."""
    return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}


def names_of(source: str) -> Names:
    """The names of a cell."""
    cell = Names()
    for node in ast.parse(source).body:
        found = Statement(node)
        # ``x = x + 1`` reads x; a loop over i does not read the i that it sets.
        before = found.loads if isinstance(node, SIMPLE) else found.loads - found.stores
        cell.reads |= before - cell.sets - set(dir(builtins))
        cell.changes |= found.changes
        cell.sets |= found.stores
    return cell


def cells_of(sources: list[str]) -> list[Names]:
    """The names of each cell. A call of a module's function changes no module."""
    trees = [node for source in sources for node in ast.walk(ast.parse(source))]
    modules = {n for node in trees if isinstance(node, (ast.Import, ast.ImportFrom)) for n in imported(node)}
    cells = [names_of(source) for source in sources]
    for cell in cells:
        cell.changes -= modules
    return cells


def that_depend_on(chosen: set[int], sources: list[str]) -> set[int]:
    """The chosen cells, and all later ones that read what they set or changed, or what those did in turn."""
    tainted, found = set(), set()
    for i, cell in enumerate(cells_of(sources)):
        if i in chosen or cell.reads & tainted:
            found.add(i)
            tainted |= cell.sets | cell.changes
        else:
            tainted -= cell.sets
    return found


def with_all_that_they_need(chosen: set[int], sources: list[str]) -> list[int]:
    """The chosen cells and all earlier ones that set or changed what they read, and so on; in order."""
    kept, missing = [], set()
    for i, cell in reversed(list(enumerate(cells_of(sources)))):
        if i in chosen or (cell.sets | cell.changes) & missing:
            kept.append(i)
            missing = (missing - cell.sets) | cell.reads
    return kept[::-1]

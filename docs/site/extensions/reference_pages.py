"""One reference page for each module of the package, found by looking: a new file has its page, and nobody
keeps a list.

The order is that of the map in the docstring of ``stylegan_tf``; what the map does not name comes last.
"""

import importlib
import pkgutil
from pathlib import Path

from plain_docstrings import escape

import stylegan_tf

MAP = stylegan_tf.__doc__


NOT_IMPORTED = ("__main__", "nbgrader_config", "_startup")  # commands and settings


def modules(package=stylegan_tf) -> list[str]:
    """Modules and packages directly inside a package, without those that are run and not imported."""
    names = [f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__)]
    return [name for name in names if not name.endswith(NOT_IMPORTED)]


def modules_within(name: str) -> list[str]:
    """All modules inside of a package, those of its folders too, each after its folder."""
    loaded = importlib.import_module(name)
    found = []
    for inner in modules(loaded) if hasattr(loaded, "__path__") else ():
        found += [inner, *modules_within(inner)]
    return found


def place(module: str) -> int:
    """Where the map names it, as a file or a folder; the end of the map if it does not."""
    name = module.rpartition(".")[2]
    found = [MAP.find(f" {name}{ending}") for ending in (".py", "/")]
    return min([at for at in found if at >= 0], default=len(MAP))


def summary(module: str) -> str:
    """The first line of its docstring."""
    return importlib.import_module(module).__doc__.strip().splitlines()[0].rstrip(".")


def page(module: str) -> str:
    """The page in reStructuredText; a package has its modules one after the other."""
    name = module.removeprefix("stylegan_tf.")
    parts = [f"{name}\n{'=' * len(name)}\n\n.. automodule:: {module}\n"]
    for inner in modules_within(module):
        title = inner.removeprefix("stylegan_tf.")
        parts.append(f"{title}\n{'-' * len(title)}\n\n.. automodule:: {inner}\n")
    return "\n".join(parts)


def public_names() -> list[str]:
    """The names of ``stylegan_tf``, each a link to the class, the function or the module that it is."""
    links = []
    for name in stylegan_tf.__all__:
        value = getattr(stylegan_tf, name)
        if hasattr(value, "__path__") or type(value).__name__ == "module":
            links.append(f":py:mod:`sg.{name} <{value.__name__}>`")
        elif hasattr(value, "__module__") and callable(value):
            role = "class" if isinstance(value, type) else "func"
            links.append(f":py:{role}:`sg.{name} <{value.__module__}.{value.__name__}>`")
        else:
            links.append(f":py:mod:`sg.{name} <stylegan_tf.presets>`")  # ABLATIONS, PRESETS
    return links


def write(folder: Path) -> None:
    """A page for each module, and the page that lists them."""
    folder.mkdir(parents=True)
    found = sorted(modules(), key=lambda module: (place(module), module))
    for module in found:
        (folder / f"{module.rpartition('.')[2]}.rst").write_text(page(module))
    rows = "".join(f"   * - :doc:`{m.rpartition('.')[2]}`\n     - {escape(summary(m))}\n" for m in found)
    tree = "".join(f"   {m.rpartition('.')[2]}\n" for m in found)
    text = f"""Reference
=========

What the package can be asked for, from its docstrings. ``import stylegan_tf as sg`` gives the public names:
{", ".join(public_names())}.

Each file of the package is one idea. They come in the order of the lessons.

.. list-table::
   :widths: 22 78

{rows}
.. toctree::
   :hidden:

{tree}"""
    (folder / "index.rst").write_text(text)

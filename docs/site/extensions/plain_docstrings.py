"""The package's docstrings are plain text, with ``code`` between backticks; this makes them reStructuredText.

Words keep their stars and underscores. A block that is indented under a line such as "Args:" becomes a list;
any other indented block, and what follows ``>>>``, is shown as it stands.
"""

import re

from sphinx.util import inspect
from sphinx.util.inspect import stringify_signature

CODE = re.compile(r"(``.+?``)")
ENTRY = re.compile(r"([\w.*/ ,=\[\]-]{1,60}): (.*)")


def escape(text: str) -> str:
    """The text with nothing left in it that reStructuredText would take for markup, but for ``code``."""
    parts = CODE.split(text)
    return "".join(part if part.startswith("``") else re.sub(r"([*|_`\\])", r"\\\1", part) for part in parts)


def entries(lines: list[str]) -> list[str]:
    """Lines of the kind "name: what it is", each with its continuation, as a list."""
    indent = min(len(line) - len(line.lstrip()) for line in lines)
    result = []
    for line in lines:
        inner = line[indent:]
        if not inner.startswith(" ") and (found := ENTRY.fullmatch(inner)):
            result.append(f"* **{escape(found[1])}**: {escape(found[2])}")
        elif not inner.startswith(" ") and not result:
            result.append(f"* {escape(inner)}")
        else:
            result.append(f"  {escape(inner.strip())}")
    return result


def blocks(lines: list[str]) -> list[list[str]]:
    """Runs of lines that are all indented, or all not; empty lines and changes of indentation end one."""
    found = []
    for before, line in zip(["", *lines], lines, strict=False):
        same = bool(before.strip()) and before.startswith(" ") == line.startswith(" ")
        if line.strip():
            found[-1].append(line) if same and found else found.append([line])
    return found


def convert(lines: list[str]) -> list[str]:
    """The docstring as lines of reStructuredText."""
    result, heading = [], False
    for block in blocks(lines):
        if block[0].startswith(">>>"):
            result += [
                ".. code-block:: python",
                "",
                *(f"   {re.sub(r'^(>>>|[.]{3}) ?', '', line)}" for line in block),
            ]
        elif not block[0].startswith(" "):
            heading = block[-1].endswith(":")
            result += [escape(line) for line in block]
        elif heading and any(ENTRY.fullmatch(line.strip()) for line in block[:1]):
            result += entries(block)
        else:
            result += [
                ".. code-block:: text",
                "",
                *(f"   {line.strip() if len(block) == 1 else line[4:]}" for line in block),
            ]
        result.append("")
    return result


def process(app, what, name, obj, options, lines):
    lines[:] = convert(list(lines))


def signature(app, what, name, obj, options, arguments, returned):
    """Keras hides what its classes take behind ``*args, **kwargs``; ``__init__`` tells it."""
    if what == "class" and arguments == "(*args, **kwargs)":
        return stringify_signature(inspect.signature(obj.__init__, bound_method=True)), returned


def setup(app):
    app.connect("autodoc-process-docstring", process)
    app.connect("autodoc-process-signature", signature)
    return {"parallel_read_safe": True}

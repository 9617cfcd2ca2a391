"""Takes pickles of official networks apart (docs/exactness.md, Official pickles).

Nothing in a file is imported, called or executed.

A pickle is a program for a small stack machine. This one knows the instructions that a snapshot needs and the
few globals that it names, which here are only marks for "an array", "a dtype", "a network". Everything else
is refused by its name.
"""

from __future__ import annotations

import math
import pickletools
import re
from dataclasses import dataclass

import numpy as np

# Our snapshot at 1024x1024 has 14,120; this bounds the time and the memory that small values take
MAX_OPCODES = 100_000
MAX_MARKS = 100  # open brackets; a snapshot has 8
KEYS = ("version", "name", "static_kwargs", "components", "build_module_src", "build_func_name", "variables")
OPCODES = {opcode.code.encode("latin-1"): opcode for opcode in pickletools.opcodes}


class RefusedPickle(ValueError):
    """A file that is damaged, or holds more than an official network needs."""


@dataclass(frozen=True)
class Global:
    """A name that a file may use. It stands for itself: nothing is imported."""

    module: str
    name: str

    def __str__(self):
        return f"{self.module}.{self.name}"


NETWORK, EASY_DICT = Global("dnnlib.tflib.network", "Network"), Global("dnnlib.util", "EasyDict")
ARRAY, DTYPE = Global("numpy", "ndarray"), Global("numpy", "dtype")
RECONSTRUCT, SCALAR = (
    Global("numpy.core.multiarray", "_reconstruct"),
    Global("numpy.core.multiarray", "scalar"),
)
FROM_BUFFER = Global("numpy.core.numeric", "_frombuffer")
GLOBALS = {
    (g.module, g.name): g for g in (NETWORK, EASY_DICT, ARRAY, DTYPE, RECONSTRUCT, SCALAR, FROM_BUFFER)
}
GLOBALS |= {
    (m.replace("numpy.core", "numpy._core"), n): g for (m, n), g in GLOBALS.items()
}  # NumPy 2's spelling


@dataclass(eq=False)
class Made:
    """A network, array or dtype: empty when it is made, until a later instruction fills it."""

    kind: Global
    value: object = None


class _Bounded:
    """A file that never gives, or makes room for, more bytes than it has."""

    def __init__(self, file):
        self.file, start = file, file.tell()
        self.left = self.size = file.seek(0, 2) - start
        file.seek(start)

    def read(self, count):
        if count > self.left:
            raise RefusedPickle(
                f"the pickle is cut off, or damaged: {count} bytes are due where {self.left} are left"
            )
        self.left -= count
        return self.file.read(count)

    def readline(self):
        line = self.file.readline()
        self.left -= len(line)
        return line


def values(file) -> object:
    """What a pickle holds, as plain values, arrays and ``Made`` objects. ``snapshots.read`` makes networks of
    them.

    ``file`` is open for bytes and can seek; it is read from where it stands to its end. Arrays share the
    memory of the
    bytes that were read: the file is held once.

    Raises:
        RefusedPickle: for a damaged file, or an instruction or a global that no snapshot needs.
    """
    source = _Bounded(file)
    try:
        content = _Machine().run(source)
    except (ValueError, OverflowError) as error:  # Python's own readers of arguments raise them too
        raise RefusedPickle(f"{error} (at byte {source.size - source.left} of the pickle)") from error
    if source.left:
        raise RefusedPickle(
            f"{source.left} bytes follow the end of the pickle; a snapshot is one pickle and nothing else"
        )
    return content


class _Machine:
    """The stack, the open brackets, and the values kept for later (memo)."""

    def __init__(self):
        self.stack, self.marks, self.memo = [], [], {}

    def run(self, source):
        for _ in range(MAX_OPCODES):
            code = source.read(1)
            opcode = OPCODES.get(code)
            if opcode is None or opcode.name not in STEPS:
                found = opcode.name if opcode else code
                raise RefusedPickle(f"the instruction {found} is refused: official networks do not need it")
            if opcode.name == "GLOBAL":  # Python's reader of this one takes escapes for characters
                argument = [source.readline().decode().removesuffix("\n") for _ in range(2)]
            else:
                argument = opcode.arg.reader(source) if opcode.arg else None
            if opcode.name == "STOP":
                break
            STEPS[opcode.name](self, argument)
        else:
            raise RefusedPickle(
                f"the pickle has more than {MAX_OPCODES:,} instructions; one at 1024x1024 has 14,120"
            )
        if len(self.stack) != 1 or self.marks:
            raise RefusedPickle(
                f"the pickle ends with {len(self.stack)} values; a snapshot is one, a tuple of networks"
            )
        return self.stack[0]

    def pop(self, kind=object):
        if len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise RefusedPickle("the pickle is damaged: a value is missing")
        if not isinstance(value := self.stack.pop(), kind):
            raise RefusedPickle(
                f"{show(value)} is refused here: official networks have a {kind.__name__} there"
            )
        return value

    def push(self, value):
        self.stack.append(value)

    def mark(self, _):
        if len(self.marks) == MAX_MARKS:
            raise RefusedPickle(f"values are nested more than {MAX_MARKS} deep; those of a snapshot are not")
        self.marks.append(len(self.stack))

    def to_mark(self):
        if not self.marks:
            raise RefusedPickle("the pickle is damaged: a bracket closes that was not opened")
        items = self.stack[(start := self.marks.pop()) :]
        del self.stack[start:]
        return items

    def memoize(self, index=None):
        self.push(value := self.pop())
        self.memo[len(self.memo) if index is None else index] = value

    def get(self, index):
        if index not in self.memo:
            raise RefusedPickle(f"the pickle is damaged: it asks for value {index}, which it has not kept")
        self.push(self.memo[index])

    def append(self, items):
        self.push(target := self.pop(list))
        target.extend(items)

    def set_items(self, items):
        self.push(target := self.pop(dict))
        if len(items) % 2 or not all(isinstance(key, str) for key in items[::2]):
            raise RefusedPickle("a dict has keys that are no text; those of official networks are")
        target.update(zip(items[::2], items[1::2], strict=True))

    def name(self, module, name):
        if (module, name) not in GLOBALS:
            raise RefusedPickle(
                f"the global {show(f'{module}.{name}')} is refused: official networks do not name it; nothing was run"
            )
        self.push(GLOBALS[module, name])

    def stack_global(self, _):
        name = self.pop(str)
        self.name(self.pop(str), name)

    def new_object(self, _):
        arguments, kind = self.pop(tuple), self.pop(Global)
        if arguments or kind not in (NETWORK, EASY_DICT):
            raise RefusedPickle(
                f"an object {kind} made of {show(arguments)} is refused: official networks have none"
            )
        self.push({} if kind is EASY_DICT else Made(NETWORK))

    def reduce(self, _):
        """Make an array, dtype or number: the only "calls", and they are done here."""
        arguments, function = self.pop(tuple), self.pop(Global)
        match function, arguments:
            case Global(name="dtype"), (str(code), 0 | False, 1 | True) if re.fullmatch(
                r"[iuf][248]|[iub]1", code
            ):
                value = Made(DTYPE, np.dtype(code))  # numbers; no objects, records or texts
            case Global(name="_reconstruct"), (Global(name="ndarray"), (0,), b"b" | "b"):
                value = Made(ARRAY)
            case Global(name="scalar"), (dtype, data):
                value = _array((), dtype, data)[()]
            case Global(name="_frombuffer"), (data, dtype, shape, "C" | "F" as order):
                value = Made(ARRAY, _array(shape, dtype, data, order))
            case _:
                raise RefusedPickle(
                    f"{function} of {show(arguments)} is refused: official networks have no such value"
                )
        self.push(value)

    def build(self, _):
        state, target = self.pop(), self.pop()
        match target, state:
            case Made(kind=Global(name="Network"), value=None), dict():
                target.value = state
            case Made(kind=Global(name="ndarray"), value=None), (
                1,
                shape,
                dtype,
                bool() | 0 | 1 as fortran,
                data,
            ):
                target.value = _array(shape, dtype, data, "F" if fortran else "C")
            case Made(kind=Global(name="dtype")), (3, "<" | "|", None, None, None, -1, -1, 0):
                pass  # as it was made
            case dict(), dict() if not state:
                pass  # of an EasyDict
            case _:
                raise RefusedPickle(
                    f"{show(target)} with the state {show(state)} is refused: official networks have none"
                )
        self.push(target)


STEPS = {  # instruction -> what it does with its argument
    **dict.fromkeys(("PROTO", "FRAME", "STOP"), lambda machine, argument: None),
    **dict.fromkeys(
        "BININT BININT1 BININT2 LONG1 BINFLOAT BINUNICODE SHORT_BINUNICODE BINUNICODE8".split(), _Machine.push
    ),
    **dict.fromkeys("BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8".split(), _Machine.push),
    **dict.fromkeys(("MEMOIZE", "BINPUT", "LONG_BINPUT"), _Machine.memoize),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), _Machine.get),
    **{
        f"EMPTY_{kind.__name__.upper()}": lambda machine, _, kind=kind: machine.push(kind())
        for kind in (tuple, list, dict)
    },
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    "MARK": _Machine.mark,
    **{
        f"TUPLE{n}": lambda machine, _, n=n: machine.push(tuple([machine.pop() for _ in range(n)][::-1]))
        for n in (1, 2, 3)
    },
    "TUPLE": lambda machine, _: machine.push(tuple(machine.to_mark())),
    "APPEND": lambda machine, _: machine.append([machine.pop()]),
    "APPENDS": lambda machine, _: machine.append(machine.to_mark()),
    "SETITEM": lambda machine, _: machine.set_items([machine.pop(), machine.pop()][::-1]),
    "SETITEMS": lambda machine, _: machine.set_items(machine.to_mark()),
    "GLOBAL": lambda machine, names: machine.name(*names),
    "STACK_GLOBAL": _Machine.stack_global,
    "NEWOBJ": _Machine.new_object,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
}


def show(value) -> str:
    """A value in a message: short, whatever it holds."""
    if isinstance(value, str | int | float | None):
        return repr(value[:80] if isinstance(value, str) else value)[:90]
    if isinstance(value, tuple):
        return f"({', '.join(map(show, value[:5])) if all(not isinstance(v, tuple) for v in value[:5]) else '...'})"
    return str(
        value.kind
        if isinstance(value, Made)
        else value
        if isinstance(value, Global)
        else type(value).__name__
    )


def _array(shape, dtype, data, order="C") -> np.ndarray:
    plain = (
        isinstance(dtype, Made)
        and dtype.kind is DTYPE
        and isinstance(data, bytes | bytearray)
        and isinstance(shape, tuple)
    )
    if not plain or len(shape) > 8 or not all(type(side) is int and side > 0 for side in shape):
        raise RefusedPickle(f"an array of shape {show(shape)} and type {show(dtype)} is refused")
    if math.prod(shape) * dtype.value.itemsize != len(data):
        raise RefusedPickle(
            f"an array of shape {show(shape)} and type {dtype.value} has {len(data)} bytes: these disagree"
        )
    return np.frombuffer(data, dtype.value).reshape(shape, order=order)

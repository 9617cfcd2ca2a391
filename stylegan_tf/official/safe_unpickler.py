"""Takes pickles of official networks apart (docs/exactness.md, Official pickles). load.py opens them.

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
OPCODES = {opcode.code.encode("latin-1"): opcode for opcode in pickletools.opcodes}
NUMBERS = re.compile(r"[iuf][248]|[iub]1")  # dtypes of plain numbers: no objects, records or texts


class RefusedPickle(ValueError):
    """A file that is damaged, or holds more than an official network needs."""


@dataclass(frozen=True)
class Global:
    """A name that a file may use. It is only a name: nothing is imported."""

    module: str
    name: str

    def __str__(self):
        return f"{self.module}.{self.name}"


NETWORK = Global("dnnlib.tflib.network", "Network")
EASY_DICT = Global("dnnlib.util", "EasyDict")
ARRAY = Global("numpy", "ndarray")
DTYPE = Global("numpy", "dtype")
RECONSTRUCT = Global("numpy.core.multiarray", "_reconstruct")
SCALAR = Global("numpy.core.multiarray", "scalar")
FROM_BUFFER = Global("numpy.core.numeric", "_frombuffer")

GLOBALS = {}  # (module, name) -> Global
for known in (NETWORK, EASY_DICT, ARRAY, DTYPE, RECONSTRUCT, SCALAR, FROM_BUFFER):
    GLOBALS[known.module, known.name] = known
    GLOBALS[known.module.replace("numpy.core", "numpy._core"), known.name] = known  # NumPy 2's spelling


@dataclass(eq=False)
class Made:
    """A network, array or dtype: empty when it is made, until a later instruction fills it."""

    kind: Global
    value: object = None


class _Bounded:
    """A file that never gives, or makes room for, more bytes than it has."""

    def __init__(self, file):
        start = file.tell()
        self.file = file
        self.size = file.seek(0, 2) - start
        self.left = self.size
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
    """What a pickle holds, as plain values, arrays and ``Made`` objects.

    ``snapshots.read`` makes networks of them. Arrays share the memory of the bytes that were read: the file
    is held once.

    Args:
        file: open for bytes, and able to seek. It is read from its present position to its end.

    Raises:
        RefusedPickle: for a damaged file, or an instruction or a global that no snapshot needs.
    """
    source = _Bounded(file)
    try:
        content = _Machine().run(source)
    except (ValueError, OverflowError) as error:  # pickletools raises them too, for arguments it can't read
        raise RefusedPickle(f"{error} (at byte {source.size - source.left} of the pickle)") from error
    if source.left:
        raise RefusedPickle(
            f"{source.left} bytes follow the end of the pickle; a snapshot is one pickle and nothing else"
        )
    return content


class _Machine:
    """The stack, the open brackets, and the values kept for later (memo)."""

    def __init__(self):
        self.stack = []
        self.marks = []  # where in the stack each open bracket begins
        self.memo = {}

    def run(self, source):
        """What the program leaves: one value.

        Every instruction that ``STEPS`` names is a method with its argument, which is None for most.
        """
        for _ in range(MAX_OPCODES):
            # Which instruction?
            code = source.read(1)
            opcode = OPCODES.get(code)
            if opcode is None or opcode.name not in STEPS:
                found = opcode.name if opcode else code
                raise RefusedPickle(f"the instruction {found} is refused: official networks do not need it")

            # Its argument. For GLOBAL, the reader of pickletools would take escapes for characters.
            if opcode.name == "GLOBAL":
                argument = [source.readline().decode().removesuffix("\n") for _ in range(2)]
            else:
                argument = opcode.arg.reader(source) if opcode.arg else None

            # What it does.
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

    # The stack.

    def nothing(self, _):
        pass

    def push(self, value):
        self.stack.append(value)

    def push_none(self, _):
        self.push(None)

    def push_true(self, _):
        self.push(True)

    def push_false(self, _):
        self.push(False)

    def pop(self, kind=object):
        """The last value, which must be of a kind. Those before an open bracket can't be reached."""
        bottom = self.marks[-1] if self.marks else 0
        if len(self.stack) <= bottom:
            raise RefusedPickle("the pickle is damaged: a value is missing")
        value = self.stack.pop()
        if not isinstance(value, kind):
            raise RefusedPickle(
                f"{show(value)} is refused here: official networks have a {kind.__name__} there"
            )
        return value

    def mark(self, _):
        """Open a bracket."""
        if len(self.marks) == MAX_MARKS:
            raise RefusedPickle(f"values are nested more than {MAX_MARKS} deep; those of a snapshot are not")
        self.marks.append(len(self.stack))

    def to_mark(self):
        """Close a bracket; returns what it held."""
        if not self.marks:
            raise RefusedPickle("the pickle is damaged: a bracket closes that was not opened")
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    # The memo.

    def memoize(self, index=None):
        """Keep the last value; without an index, under the next number."""
        value = self.pop()
        self.push(value)
        self.memo[len(self.memo) if index is None else index] = value

    def get(self, index):
        if index not in self.memo:
            raise RefusedPickle(f"the pickle is damaged: it asks for value {index}, which it has not kept")
        self.push(self.memo[index])

    # Tuples, lists and dicts.

    def empty_tuple(self, _):
        self.push(())

    def empty_list(self, _):
        self.push([])

    def empty_dict(self, _):
        self.push({})

    def tuple_of_1(self, _):
        self.tuple_of(1)

    def tuple_of_2(self, _):
        self.tuple_of(2)

    def tuple_of_3(self, _):
        self.tuple_of(3)

    def tuple_of(self, count):
        """Replace the last values by a tuple of them."""
        items = [self.pop() for _ in range(count)]
        items.reverse()  # the last value came first
        self.push(tuple(items))

    def tuple_of_bracket(self, _):
        self.push(tuple(self.to_mark()))

    def append_one(self, _):
        self.append([self.pop()])

    def append_bracket(self, _):
        self.append(self.to_mark())

    def append(self, items):
        target = self.pop(list)
        self.push(target)
        target.extend(items)

    def set_one_item(self, _):
        value = self.pop()
        key = self.pop()
        self.set_items([key, value])

    def set_items_of_bracket(self, _):
        self.set_items(self.to_mark())

    def set_items(self, items):
        """Put keys and values, which take turns in ``items``, into the last value, a dict."""
        target = self.pop(dict)
        self.push(target)
        keys = items[::2]
        if len(items) % 2 or not all(isinstance(key, str) for key in keys):
            raise RefusedPickle("a dict has keys that are no text; those of official networks are")
        target.update(zip(keys, items[1::2], strict=True))

    # Globals and what is made of them.

    def name_of_argument(self, names):
        self.name(*names)

    def name_of_stack(self, _):
        name = self.pop(str)
        module = self.pop(str)
        self.name(module, name)

    def name(self, module, name):
        if (module, name) not in GLOBALS:
            raise RefusedPickle(
                f"the global {show(f'{module}.{name}')} is refused: "
                "official networks do not name it; nothing was run"
            )
        self.push(GLOBALS[module, name])

    def new_object(self, _):
        """Make an object of a class without arguments: an empty network, or a dict for an EasyDict."""
        arguments = self.pop(tuple)
        kind = self.pop(Global)
        if arguments or kind not in (NETWORK, EASY_DICT):
            raise RefusedPickle(
                f"an object {kind} made of {show(arguments)} is refused: official networks have none"
            )
        self.push({} if kind is EASY_DICT else Made(NETWORK))

    def reduce(self, _):
        """Make an array, dtype or number: the only "calls", and they are done here."""
        arguments = self.pop(tuple)
        function = self.pop(Global)
        match function, arguments:
            case Global(name="dtype"), (str(code), 0 | False, 1 | True) if NUMBERS.fullmatch(code):
                value = Made(DTYPE, np.dtype(code))
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
        """Fill the object before the last value with that value, its state."""
        state = self.pop()
        target = self.pop()
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


# Instruction of the pickle format -> what it does with its argument. All others are refused.
STEPS = {
    "PROTO": _Machine.nothing,
    "FRAME": _Machine.nothing,
    "STOP": _Machine.nothing,
    # Plain values
    "NONE": _Machine.push_none,
    "NEWTRUE": _Machine.push_true,
    "NEWFALSE": _Machine.push_false,
    "BININT": _Machine.push,
    "BININT1": _Machine.push,
    "BININT2": _Machine.push,
    "LONG1": _Machine.push,
    "BINFLOAT": _Machine.push,
    "BINUNICODE": _Machine.push,
    "SHORT_BINUNICODE": _Machine.push,
    "BINUNICODE8": _Machine.push,
    "BINBYTES": _Machine.push,
    "SHORT_BINBYTES": _Machine.push,
    "BINBYTES8": _Machine.push,
    "BYTEARRAY8": _Machine.push,
    # The memo
    "MEMOIZE": _Machine.memoize,
    "BINPUT": _Machine.memoize,
    "LONG_BINPUT": _Machine.memoize,
    "BINGET": _Machine.get,
    "LONG_BINGET": _Machine.get,
    # Tuples, lists and dicts
    "MARK": _Machine.mark,
    "EMPTY_TUPLE": _Machine.empty_tuple,
    "EMPTY_LIST": _Machine.empty_list,
    "EMPTY_DICT": _Machine.empty_dict,
    "TUPLE1": _Machine.tuple_of_1,
    "TUPLE2": _Machine.tuple_of_2,
    "TUPLE3": _Machine.tuple_of_3,
    "TUPLE": _Machine.tuple_of_bracket,
    "APPEND": _Machine.append_one,
    "APPENDS": _Machine.append_bracket,
    "SETITEM": _Machine.set_one_item,
    "SETITEMS": _Machine.set_items_of_bracket,
    # Globals and what is made of them
    "GLOBAL": _Machine.name_of_argument,
    "STACK_GLOBAL": _Machine.name_of_stack,
    "NEWOBJ": _Machine.new_object,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
}


def show(value) -> str:
    """A value in a message: short, whatever it holds."""
    if isinstance(value, str):
        return repr(value[:80])[:90]
    if isinstance(value, int | float | None):
        return repr(value)[:90]
    if isinstance(value, tuple):
        first = value[:5]
        is_nested = any(isinstance(item, tuple) for item in first)
        return "(...)" if is_nested else f"({', '.join(map(show, first))})"
    if isinstance(value, Made):
        return str(value.kind)
    if isinstance(value, Global):
        return str(value)
    return type(value).__name__


def _array(shape, dtype, data, order="C") -> np.ndarray:
    """An array that shares the memory of ``data``, if there are as many bytes as shape and type say."""
    is_dtype = isinstance(dtype, Made) and dtype.kind is DTYPE
    is_data = isinstance(data, bytes | bytearray)
    is_shape = (
        isinstance(shape, tuple) and len(shape) <= 8 and all(type(side) is int and side > 0 for side in shape)
    )
    if not (is_dtype and is_data and is_shape):
        raise RefusedPickle(f"an array of shape {show(shape)} and type {show(dtype)} is refused")
    if math.prod(shape) * dtype.value.itemsize != len(data):
        raise RefusedPickle(
            f"an array of shape {show(shape)} and type {dtype.value} has {len(data)} bytes: these disagree"
        )
    return np.frombuffer(data, dtype.value).reshape(shape, order=order)

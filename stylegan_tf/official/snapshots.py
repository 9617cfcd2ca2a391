"""Official snapshots as files: the networks (G, D, Gs) in one pickle, values only.

safe_unpickler.py reads the bytes. The format: docs/exactness.md, Official pickles.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from stylegan_tf.files import expanded, write_atomically
from stylegan_tf.official.safe_unpickler import (
    ARRAY,
    DTYPE,
    NETWORK,
    RECONSTRUCT,
    SCALAR,
    Global,
    Made,
    RefusedPickle,
    show,
    values,
)

KEYS = ("version", "name", "static_kwargs", "components", "build_module_src", "build_func_name", "variables")
TYPES = dict(zip(KEYS, (int, str, dict, dict, str, str, list), strict=True))
COMPONENTS = ("synthesis", "mapping")


@dataclass(eq=False)
class StoredNetwork:
    """One network as a snapshot keeps it: values only, in the official layout.

    Attributes:
        name: "G", "D" or "Gs"; of a component "G_synthesis" or "G_mapping".
        build_func_name: the official function that builds it, such as "G_style".
        static_kwargs: the arguments of that function.
        variables: name -> float32 array. Those of components are only there.
        components: "synthesis" and "mapping" of a generator, else empty.
        build_module_src: the Python source that the official loader executes; here it stays text.
        version: of the format, 2 or 3. Version 2 has no components.
    """

    name: str
    build_func_name: str
    static_kwargs: dict
    variables: dict[str, np.ndarray]
    components: dict[str, StoredNetwork] = field(default_factory=dict)
    build_module_src: str = ""
    version: int = 3


def read(file) -> tuple[StoredNetwork, ...]:
    """The networks of a snapshot, up to three.

    Args:
        file: a path, or a binary file that can seek.

    Raises:
        RefusedPickle: for a damaged file, for an instruction or a global that no snapshot needs, for other
            contents.
    """
    if not hasattr(file, "read"):
        with open(expanded(file), "rb") as opened:
            return read(opened)
    content = values(file)
    networks = content if isinstance(content, tuple) else (content,)
    if len(networks) > 3:
        raise RefusedPickle(
            f"the pickle holds {len(networks)} things; a snapshot has three networks: G, D, Gs"
        )
    return tuple(_network(network) for network in networks)


def _network(made, is_component: bool = False) -> StoredNetwork:
    """The values of a network, each of the type that it must have."""
    if not isinstance(made, Made) or made.kind is not NETWORK or made.value is None:
        raise RefusedPickle(f"the pickle holds {show(made)} where a snapshot has a network")
    state = made.value
    _check_entries(state)
    _check_components(state, is_component)
    _check_arguments(state)

    # Names and arrays, then the same for the components.
    variables = {}
    for pair in state["variables"]:
        key, value = _variable(state["name"], pair)
        if key in variables:
            raise RefusedPickle(f"{show(state['name'])} has the variable {show(key)} twice")
        variables[key] = value
    components = {}
    for key, component in state.get("components", {}).items():
        components[key] = _network(component, is_component=True)
    return StoredNetwork(
        name=state["name"],
        build_func_name=state["build_func_name"],
        static_kwargs=state["static_kwargs"],
        variables=variables,
        components=components,
        build_module_src=state["build_module_src"],
        version=state["version"],
    )


def _check_entries(state):
    """Refuse a network whose dict has other keys, or values of other types."""
    is_version_2 = state.get("version") == 2
    keys = [key for key in KEYS if key != "components" or not is_version_2]
    if set(state) != set(keys):
        raise RefusedPickle(f"a network has the entries {show(tuple(state))}; it must have {', '.join(keys)}")
    for key in keys:
        if type(state[key]) is not TYPES[key]:
            raise RefusedPickle(
                f"{key} of a network is {show(state[key])}; it must be of type {TYPES[key].__name__}"
            )
    name, version = state["name"], state["version"]
    if version not in (2, 3):
        raise RefusedPickle(f"{show(name)} has version {show(version)}; versions 2 and 3 are known")


def _check_components(state, is_component):
    """Refuse components other than a generator's; components have none themselves."""
    components = state.get("components", {})
    if components and (is_component or set(components) - set(COMPONENTS)):
        raise RefusedPickle(
            f"{show(state['name'])} has the components {show(tuple(components))}; "
            f"G has {' and '.join(COMPONENTS)}"
        )


def _check_arguments(state):
    """Refuse arguments that are not plain values, or lists of plain values."""
    for key, value in state["static_kwargs"].items():
        items = value if isinstance(value, list | tuple) else [value]
        if not all(item is None or isinstance(item, bool | int | float | str) for item in items):
            raise RefusedPickle(
                f"static_kwargs of {show(state['name'])} have {show(key)} = {show(value)}; "
                "they are plain numbers and texts"
            )


def _variable(network, pair) -> tuple[str, np.ndarray]:
    """The name of a variable and its array, float32 and finite; a single number becomes an array ()."""
    match pair:
        case str(key), Made(kind=Global(name="ndarray"), value=np.ndarray() as value):
            pass
        case str(key), np.generic() as number:
            value = np.asarray(number)
        case _:
            raise RefusedPickle(
                f"{show(network)} has the variable {show(pair)}; each must be a name and its array"
            )
    if value.dtype != np.float32:
        raise RefusedPickle(
            f"{show(key)} of {show(network)} is {value.dtype}; official variables are float32"
        )
    if not np.isfinite(value).all():
        raise RefusedPickle(f"{show(key)} of {show(network)} has values that are not finite")
    return key, value


def write(networks: tuple[StoredNetwork, ...], path) -> None:
    """Write a snapshot as the official code of 2019 did: protocol 4, the same keys and globals.

    All of it, or nothing.

    Source: official training/misc.py: save_pkl; dnnlib/tflib/network.py: Network.__getstate__.
    """
    content = io.BytesIO()
    content.write(b"\x80\x04")  # PROTO 4
    for piece in _pickled(tuple(networks)):
        content.write(piece)
    content.write(b".")  # STOP
    write_atomically(path, content.getvalue())


def _pickled(value) -> Iterator[bytes]:
    """The instructions that make a value. Python's own writer would have to import the official classes."""
    match value:
        # Plain values.
        case None:
            yield b"N"
        case True:
            yield b"\x88"  # NEWTRUE
        case False:
            yield b"\x89"  # NEWFALSE
        case int():
            yield b"J" + struct.pack("<i", value)  # BININT
        case float():
            yield b"G" + struct.pack(">d", value)  # BINFLOAT
        case str():
            text = value.encode("utf-8", "surrogatepass")
            yield b"X" + struct.pack("<I", len(text)) + text  # BINUNICODE
        case bytes():
            yield b"\x8e" + struct.pack("<Q", len(value))  # BINBYTES8
            yield value

        # Tuples, lists and dicts: a bracket opens, the items follow, the bracket closes.
        case tuple():
            yield b"("  # MARK
            for item in value:
                yield from _pickled(item)
            yield b"t"  # TUPLE
        case list():
            yield b"]("  # EMPTY_LIST, MARK
            for item in value:
                yield from _pickled(item)
            yield b"e"  # APPENDS
        case dict():
            yield b"}("  # EMPTY_DICT, MARK
            for key, item in value.items():
                yield from _pickled(key)
                yield from _pickled(item)
            yield b"u"  # SETITEMS

        # Globals, and what REDUCE (R) or NEWOBJ (0x81) makes of one and its arguments, filled by BUILD (b).
        case Global():
            yield f"c{value.module}\n{value.name}\n".encode()
        case np.dtype():
            yield from _called(DTYPE, (value.str[1:], False, True), b"R")
            yield from _pickled((3, "<", None, None, None, -1, -1, 0))
            yield b"b"
        case np.ndarray() if value.ndim == 0:
            yield from _called(SCALAR, (value.dtype, value.tobytes()), b"R")
        case np.ndarray():
            yield from _called(RECONSTRUCT, (ARRAY, (0,), b"b"), b"R")
            yield from _pickled((1, value.shape, value.dtype, False, value.astype("<f4").tobytes()))
            yield b"b"
        case StoredNetwork():
            state = {key: getattr(value, key) for key in KEYS if key != "components" or value.version == 3}
            state["variables"] = list(value.variables.items())
            yield from _called(NETWORK, (), b"\x81")
            yield from _pickled(state)
            yield b"b"
        case _:
            raise TypeError(f"{type(value).__name__} has no place in an official snapshot")


def _called(function, arguments, instruction):
    """The instructions that apply a global to arguments."""
    yield from _pickled(function)
    yield from _pickled(arguments)
    yield instruction

"""Official snapshots as files: the networks (G, D, Gs) in one pickle, values only.

pickles.py reads the bytes. The format: docs/exactness.md, Official pickles.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from stylegan_tf.files import write_atomically
from stylegan_tf.official.pickles import (
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

    ``build_module_src`` is the Python source that the official loader executes; here it stays text.
    """

    name: str
    build_func_name: str
    static_kwargs: dict
    variables: dict[str, np.ndarray]  # of the components only there
    components: dict[str, StoredNetwork] = field(default_factory=dict)
    build_module_src: str = ""
    version: int = 3


def read(file) -> tuple[StoredNetwork, ...]:
    """The networks of a snapshot, up to three: of a path, or of a binary file that can seek.

    Raises:
        RefusedPickle: for a damaged file, for an instruction or a global that no snapshot needs, for other
            contents.
    """
    if not hasattr(file, "read"):
        with open(file, "rb") as opened:
            return read(opened)
    content = values(file)
    networks = content if isinstance(content, tuple) else (content,)
    if len(networks) > 3:
        raise RefusedPickle(
            f"the pickle holds {len(networks)} things; a snapshot has three networks: G, D, Gs"
        )
    return tuple(_network(network) for network in networks)


def _network(made, inner: bool = False) -> StoredNetwork:
    """The values of a network, each of the type that it must have."""
    if not isinstance(made, Made) or made.kind is not NETWORK or made.value is None:
        raise RefusedPickle(f"the pickle holds {show(made)} where a snapshot has a network")
    state = made.value
    keys = [key for key in KEYS if key != "components" or state.get("version") != 2]
    if set(state) != set(keys):
        raise RefusedPickle(f"a network has the entries {show(tuple(state))}; it must have {', '.join(keys)}")
    for key in keys:
        if type(state[key]) is not TYPES[key]:
            raise RefusedPickle(
                f"{key} of a network is {show(state[key])}; it must be of type {TYPES[key].__name__}"
            )
    name, components = state["name"], state.get("components", {})
    if state["version"] not in (2, 3):
        raise RefusedPickle(f"{show(name)} has version {show(state['version'])}; versions 2 and 3 are known")
    if components and (inner or set(components) - set(COMPONENTS)):
        raise RefusedPickle(
            f"{show(name)} has the components {show(tuple(components))}; G has {' and '.join(COMPONENTS)}"
        )
    for key, value in state["static_kwargs"].items():
        items = value if isinstance(value, list | tuple) else [value]
        if not all(item is None or isinstance(item, bool | int | float | str) for item in items):
            raise RefusedPickle(
                f"static_kwargs of {show(name)} have {show(key)} = {show(value)}; they are plain numbers and texts"
            )
    variables = {}
    for pair in state["variables"]:
        key, value = _variable(name, pair)
        if key in variables:
            raise RefusedPickle(f"{show(name)} has the variable {show(key)} twice")
        variables[key] = value
    inside = {key: _network(component, inner=True) for key, component in components.items()}
    kept = {key: state[key] for key in keys if key not in ("variables", "components")}
    return StoredNetwork(**kept, variables=variables, components=inside)


def _variable(network, pair) -> tuple[str, np.ndarray]:
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
    """
    content = io.BytesIO()
    for piece in (b"\x80\x04", *_pickled(tuple(networks)), b"."):
        content.write(piece)
    write_atomically(Path(path), content.getvalue())


def _pickled(value) -> Iterator[bytes]:
    """The instructions that make a value. Python's own writer would have to import the official classes."""
    match value:
        case None | bool():
            yield {None: b"N", True: b"\x88", False: b"\x89"}[value]
        case int():
            yield b"J" + struct.pack("<i", value)
        case float():
            yield b"G" + struct.pack(">d", value)
        case str():
            text = value.encode("utf-8", "surrogatepass")
            yield b"X" + struct.pack("<I", len(text)) + text
        case bytes():
            yield b"\x8e" + struct.pack("<Q", len(value))
            yield value
        case tuple() | list():
            yield b"(" if isinstance(value, tuple) else b"]("
            for item in value:
                yield from _pickled(item)
            yield b"t" if isinstance(value, tuple) else b"e"
        case dict():
            yield b"}("
            for key, item in value.items():
                yield from _pickled(key)
                yield from _pickled(item)
            yield b"u"
        case Global():
            yield f"c{value.module}\n{value.name}\n".encode()
        case np.dtype():
            yield from _called(DTYPE, (value.str[1:], False, True), b"R")
            yield from (*_pickled((3, "<", None, None, None, -1, -1, 0)), b"b")
        case np.ndarray() if value.ndim == 0:
            yield from _called(SCALAR, (value.dtype, value.tobytes()), b"R")
        case np.ndarray():
            yield from _called(RECONSTRUCT, (ARRAY, (0,), b"b"), b"R")
            yield from (*_pickled((1, value.shape, value.dtype, False, value.astype("<f4").tobytes())), b"b")
        case StoredNetwork():
            state = {key: getattr(value, key) for key in KEYS if key != "components" or value.version == 3}
            yield from _called(NETWORK, (), b"\x81")
            yield from (*_pickled({**state, "variables": list(value.variables.items())}), b"b")
        case _:
            raise TypeError(f"{type(value).__name__} has no place in an official snapshot")


def _called(function, arguments, instruction):
    yield from (*_pickled(function), *_pickled(arguments), instruction)

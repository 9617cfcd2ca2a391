"""What is refused. The attacks are written with Python's own pickle, or instruction by instruction."""

import io
import os
import pickle
import struct
import sys
import types

import numpy as np
import pytest
from support.helpers import GOLDEN

from stylegan_tf.official import safe_unpickler, snapshots
from stylegan_tf.official.safe_unpickler import RefusedPickle

TINY = (GOLDEN / "official_tiny_nosrc.pkl").read_bytes()
PROTO = b"\x80\x04"


def text(value):
    return b"X" + struct.pack("<I", len(value)) + value.encode()


WATCHED = {
    "import",
    "exec",
    "compile",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "subprocess.Popen",
    "pickle.find_class",
}
seen, watching = [], []
sys.addaudithook(lambda event, arguments: seen.append(event) if watching and event in WATCHED else None)


def watched(function, *arguments):
    """Call a function of the reader; whatever Python then imports, compiles or executes fails the test."""
    seen.clear()
    watching.append(True)
    try:
        return function(*arguments)
    finally:
        watching.clear()
        assert seen == []


def read(content):
    return watched(snapshots.read, io.BytesIO(content))


def values(content):
    return watched(safe_unpickler.values, io.BytesIO(content))


def test_the_watch_sees_what_is_executed():
    """Python's own reader runs this one."""
    with pytest.raises(AssertionError):
        watched(pickle.loads, pickle.dumps(Call(eval, "1 + 1")))


class Call:
    """Pickled as a call of a function."""

    def __init__(self, function, *arguments):
        self.pair = function, arguments

    def __reduce__(self):
        return self.pair


REDUCED = {
    "os.system": lambda: Call(os.system, "echo hello"),
    "eval": lambda: Call(eval, "1 + 1"),
    "getattr": lambda: Call(getattr, Call(getattr, "", "__class__"), "__base__"),
    "numpy.load": lambda: Call(np.load, "x.npy"),
    "a class": lambda: types.SimpleNamespace(a=1),
    "complex": lambda: 1j,
    "set": lambda: {1, 2},
    "an array of objects": lambda: np.array([None, {}], dtype=object),
    "records": lambda: np.zeros(2, [("a", "f4"), ("b", "i4")]),
    "texts": lambda: np.array(["a", "b"]),
    "dates": lambda: np.array(["2019-01-01"], "datetime64[D]"),
    "a subclass": lambda: np.ma.masked_array([1.0, 2.0], [True, False]),
    "a big-endian array": lambda: np.zeros(2, ">f4"),
}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("name", REDUCED)
def test_what_is_no_network_is_refused(name, protocol):
    with pytest.raises(RefusedPickle, match="refused"):
        values(pickle.dumps(REDUCED[name](), protocol=protocol))


NAMES = [
    ("posix", "system"), ("nt", "system"), ("posixpath", "join"), ("builtins", "eval"), ("builtins", "getattr"),
    ("numpy", "load"), ("numpy", "ndarray.tofile"), ("numpy.core.multiarray", "fromfile"), ("numpy.core", "multiarray.scalar"),
    ("dnnlib.tflib.network", "Network.run"), ("dnnlib.tflib", "network.Network"), ("stylegan_tf.official.pickles", "values"),
]  # fmt: skip


@pytest.mark.parametrize("module, name", NAMES)
def test_a_global_is_refused_by_its_name(module, name):
    for content in (text(module) + text(name) + b"\x93", f"c{module}\n{name}\n".encode()):
        with pytest.raises(RefusedPickle, match=f"global '{module}.{name}' is refused"):
            values(PROTO + content + b".")


NETWORK = b"cdnnlib.tflib.network\nNetwork\n"
INSTRUCTIONS = {
    "INST": b"(ios\nsystem\n",
    "OBJ": b"(" + NETWORK + b"o",
    "NEWOBJ_EX": NETWORK + b")}\x92",
    "EXT1": b"\x82\x01",
    "EXT2": b"\x83\x01\x00",
    "EXT4": b"\x84\x01\x00\x00\x00",
    "PERSID": b"Psecret\n",
    "BINPERSID": b"NQ",
    "STRING": b"S'\\q'\n",
    "NEXT_BUFFER": b"\x97",
    "POP": b"NN0",
    "DUP": b"N2",
    "LONG4": b"\x8b\x01\x00\x00\x00\x01",
}


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_an_instruction_is_refused_by_its_name(name):
    with pytest.raises(RefusedPickle, match=f"the instruction {name} is refused"):
        values(PROTO + INSTRUCTIONS[name] + b".")


RECONSTRUCT = b"cnumpy.core.multiarray\n_reconstruct\n"
ARRAY, DTYPE, EASY = b"cnumpy\nndarray\n", b"cnumpy\ndtype\n", b"cdnnlib.util\nEasyDict\n"
F4 = DTYPE + b"(" + text("f4") + b"\x89\x88tR"
EMPTY = RECONSTRUCT + b"(" + ARRAY + b"K\x00\x85C\x01btR"
GIANT = b"\x8a\x08" + b"\xff" * 7 + b"\x7f"
MISUSES = {
    "reconstruct another class": RECONSTRUCT + b"(" + DTYPE + b"K\x00\x85C\x01btR",
    "reconstruct a network": RECONSTRUCT + b"(" + NETWORK + b"K\x00\x85C\x01btR",
    "reconstruct a size": RECONSTRUCT + b"(" + ARRAY + b"J\xff\xff\xff\x7f\x85C\x01btR",
    "reconstruct of another type": RECONSTRUCT + b"(" + ARRAY + b"K\x00\x85C\x01OtR",
    "reconstruct with one argument": RECONSTRUCT + ARRAY + b"\x85R",
    "call a network": NETWORK + b")R",
    "call an array": ARRAY + b"K\x04\x85R",
    "call a text": text("os.system") + b")R",
    "call the made": EMPTY + b")R",
    "a new array": ARRAY + b")\x81",
    "a network with arguments": NETWORK + b"K\x01\x85\x81",
    "a type of objects": DTYPE + b"(" + text("O8") + b"\x89\x88tR",
    "a type of records": DTYPE + b"(" + text("V8") + b"\x89\x88tR",
    "a type by expression": DTYPE + b"(" + text("f4,f4") + b"\x89\x88tR",
    "a type with fields": F4 + b"(K\x03" + text("|") + b"N" + text("a") + b"\x85}J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb",
    "an array with another state": EMPTY + b"}b",
    "an array of less bytes": EMPTY + b"(K\x01K\x09\x85" + F4 + b"\x89C\x04abcdtb",
    "an array of giant size": EMPTY + b"(K\x01(" + GIANT * 3 + b"t" + F4 + b"\x89C\x04abcdtb",
    "an array of negative size": EMPTY + b"(K\x01J\xff\xff\xff\xff\x85" + F4 + b"\x89C\x04abcdtb",
    "an array filled twice": EMPTY + 2 * (b"(K\x01K\x01\x85" + F4 + b"\x89C\x04abcdtb"),
    "a state for a list": b"]}b",
    "a state for a global": NETWORK + b"}b",
    "attributes of a dict": EASY + b")\x81}" + text("__class__") + b"Nsb",
    "a dict with a list as key": b"}K\x01Ns",
}  # fmt: skip


@pytest.mark.parametrize("name", MISUSES)
def test_an_allowed_name_is_not_allowed_everything(name):
    with pytest.raises(RefusedPickle, match="refused|disagree|keys"):
        values(PROTO + MISUSES[name] + b".")


def test_the_building_blocks_of_these_attacks_are_sound():
    array = values(
        PROTO + EMPTY + b"(K\x01K\x01\x85" + F4 + b"\x89C\x04" + struct.pack("<f", 2.5) + b"tb."
    ).value
    assert array.dtype == np.float32 and array.tolist() == [2.5]
    assert values(PROTO + EASY + b")\x81}b.") == {}


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_arrays_of_this_numpy_are_read(protocol, order):
    """In band, whatever spelling NumPy has now; the 2019 one is the golden file's."""
    array = np.random.default_rng(0).normal(size=(3, 2, 4)).astype("float32", order=order)
    found = values(pickle.dumps([array, array[0, 0, 0]], protocol=protocol))
    np.testing.assert_array_equal(found[0].value, array)
    assert found[1] == array[0, 0, 0] and found[1].dtype == np.float32


def test_both_spellings_are_read():
    old, new = b"\x8c\x15numpy.core.multiarray", b"\x8c\x16numpy._core.multiarray"
    assert TINY.count(old) == 2
    new = TINY.replace(old, new)
    for a, b in zip(read(TINY), read(new), strict=True):
        assert a.variables.keys() == b.variables.keys()
        assert all(np.array_equal(a.variables[name], b.variables[name]) for name in a.variables)


LAUGHS = b"".join(
    b"](" + (b"h" + bytes([i])) * 10 + b"e\x94" for i in range(60)
)  # each list ten times in the next
BOMBS = {
    "nested brackets": b"(" * 200_000,
    "nested tuples": b")" + b"\x85" * 50_000 + b".",
    "nested lists": b"]" * 20_001 + b"a" * 20_000 + b".",
    "a list in itself": b"]\x94h\x00a.",
    "a billion laughs": b"]\x94" + LAUGHS + b".",
    "a billion laughs in a message": b"]\x94" + LAUGHS + b"}b.",
    "a giant text": b"\x8d" + struct.pack("<Q", 2**40) + b"x.",
    "giant bytes": b"\x8e" + struct.pack("<Q", 2**62) + b"x.",
    "a giant bytearray": b"\x96" + struct.pack("<Q", 2**63 - 1) + b"x.",
    "a giant frame": b"\x95" + struct.pack("<Q", 2**63 - 1) + b"N.",
    "a giant memo": b"Nr\xff\xff\xff\xff.",
    "endless": b"N" * 300_000 + b".",
    "a long stack of tuples": b"N" * 49_000 + b"(t" * 25_000 + b".",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused(name):
    with pytest.raises(RefusedPickle):
        read(PROTO + BOMBS[name])


class Strict(io.BytesIO):
    """A file that notices when more is asked of it than it has: Python would make room for that first."""

    def read(self, count):
        assert count <= len(self.getbuffer()) - self.tell()
        return super().read(count)


@pytest.mark.parametrize("name", [name for name in BOMBS if name.startswith("a giant")])
def test_a_claimed_size_takes_no_memory(name):
    with pytest.raises(RefusedPickle):
        snapshots.read(Strict(PROTO + BOMBS[name]))


def test_depth_and_length_are_limited():
    with pytest.raises(RefusedPickle, match="nested more than 100 deep"):
        values(PROTO + b"(" * 101 + b"t" * 101 + b".")
    with pytest.raises(RefusedPickle, match="more than 100,000 instructions"):
        values(PROTO + b"N" * 100_001 + b".")
    assert values(PROTO + b"(" * 100 + b"t" * 100 + b".") != ()  # the deepest that is allowed


@pytest.mark.parametrize("content, count", [(b"NN.", 2), (b".", 0), (b"N(.", 1)])
def test_values_left_over_are_refused(content, count):
    with pytest.raises(RefusedPickle, match=f"ends with {count} values"):
        values(PROTO + content)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"<!DOCTYPE html>"])
def test_other_files_are_refused(content):
    with pytest.raises(RefusedPickle):
        read(content)


def small():
    """A pickle of three small networks, in which every byte can be cut or changed."""
    network = snapshots.StoredNetwork("D", "D_basic", {"resolution": 8, "num_channels": 3}, {"lod": np.zeros((), "float32"),
        "bias": np.arange(3, dtype="float32")})  # fmt: skip
    return b"".join([PROTO, *snapshots._pickled((network,)), b"."])


def test_a_file_cut_anywhere_is_refused():
    content = small()
    assert read(content)[0].variables["bias"].tolist() == [0, 1, 2]
    for length in range(len(content)):
        with pytest.raises(RefusedPickle):
            read(content[:length])


def test_the_golden_file_cut_anywhere_is_refused():
    for length in np.random.default_rng(0).integers(0, len(TINY), 100):
        with pytest.raises(RefusedPickle):
            read(TINY[:length])


def test_bytes_after_the_end_are_refused():
    with pytest.raises(RefusedPickle, match="5 bytes follow the end"):
        read(TINY + b"extra")


def is_sound(networks):
    return all(
        isinstance(network, snapshots.StoredNetwork)
        and all(
            value.dtype == np.float32 and np.isfinite(value).all() for value in network.variables.values()
        )
        and isinstance(network.build_module_src, str)
        and is_sound(network.components.values())
        for network in networks
    )


@pytest.mark.parametrize("source", ["small", "golden"])
def test_changed_bytes_give_an_error_or_sound_networks(source):
    """Four thousand files with one to four changed bytes; in the golden one where its structure is."""
    content = small() if source == "small" else TINY
    rng, refused = np.random.default_rng(0), 0
    for _ in range(3000 if source == "small" else 1000):
        changed = bytearray(content)
        for place in rng.integers(2, min(len(content), 1200), rng.integers(1, 5)):
            changed[place] = rng.integers(256)
        try:
            assert is_sound(read(bytes(changed)))
        except RefusedPickle as error:
            refused += 1
            assert len(str(error)) < 600
    assert 100 < refused


def test_an_official_loader_would_have_run_the_source_and_this_one_keeps_it_as_text(tmp_path):
    hostile = f"import os\nos.system('touch {tmp_path}/executed')\nraise SystemExit"
    network = snapshots.StoredNetwork("D", "D_basic", {}, {}, build_module_src=hostile)
    snapshots.write((network,), tmp_path / "x.pkl")
    assert watched(snapshots.read, tmp_path / "x.pkl")[0].build_module_src == hostile
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("value", [[[1]], {"a": 1}, b"bytes", (1, (2,))])
def test_arguments_of_a_network_are_plain(value, tmp_path):
    """Nested ones could be compared only by descending into them."""
    snapshots.write(
        (snapshots.StoredNetwork("D", "D_basic", {"blur_filter": value}, {}),), tmp_path / "x.pkl"
    )
    with pytest.raises(RefusedPickle, match="'blur_filter' = .*; they are plain numbers and texts"):
        watched(snapshots.read, tmp_path / "x.pkl")


VARIABLES = {
    "float64": np.zeros(3),
    "int64": np.zeros(3, "int64"),
    "values that are not finite": np.array([1, np.nan], "float32"),
}


@pytest.mark.parametrize("found", VARIABLES)
def test_variables_are_finite_float32(found):
    state = dict(
        version=3, name="D", static_kwargs={}, components={}, build_module_src="", build_func_name="D_basic"
    )
    array = pickle.dumps({**state, "variables": [("bias", VARIABLES[found])]}, protocol=4)
    with pytest.raises(RefusedPickle, match=f"'bias' of 'D' .*{found}"):
        read(PROTO + NETWORK + b")\x81" + array[2:-1] + b"b.")


WHOLE = dict(
    version=3,
    name="D",
    static_kwargs={},
    components={},
    build_module_src="",
    build_func_name="D_basic",
    variables=[],
)
STATES = {
    "the entries \\('name'\\)": {"name": "D"},
    "version of a network is '3'": {"version": "3"},
    "version 4; versions 2 and 3": {"version": 4},
    "variables of a network is dict": {"variables": {}},
    "build_module_src of a network is None": {"build_module_src": None},
    "the components \\('other'\\)": {"components": {"other": 1}},
    "holds 1 where a snapshot has a network": {"components": {"mapping": 1}},
    "each must be a name and its array": {"variables": [("a", 1.0)]},
    "'a' twice": {"variables": [("a", np.float32(1)), ("a", np.float32(1))]},
}


@pytest.mark.parametrize("message", STATES)
def test_a_network_of_another_form_is_told(message):
    state = STATES[message] if "entries" in message else {**WHOLE, **STATES[message]}
    with pytest.raises(RefusedPickle, match=message):
        read(PROTO + NETWORK + b")\x81" + pickle.dumps(state, protocol=4)[2:-1] + b"b.")


def test_components_have_no_components():
    inner = snapshots.StoredNetwork("G_mapping", "G_mapping", {}, {})
    middle = snapshots.StoredNetwork("G_mapping", "G_mapping", {}, {}, {"mapping": inner})
    outer = snapshots.StoredNetwork("G", "G_style", {}, {}, {"mapping": middle})
    with pytest.raises(RefusedPickle, match="'G_mapping' has the components"):
        read(b"".join([PROTO, *snapshots._pickled(outer), b"."]))


class Stub:
    """Stands for the official class, when Python's own reader is asked."""


class Oracle(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) == ("dnnlib.tflib.network", "Network"):
            return Stub
        assert module.startswith("numpy"), f"{module}.{name}"
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def as_python_reads(content):
    """What Python's own reader makes of a sound file: {place: value}."""

    def flat(network, place):
        state = vars(network)
        for key, value in state["variables"]:
            yield (*place, key), np.asarray(value)
        for key in ("version", "name", "static_kwargs", "build_module_src", "build_func_name"):
            yield (*place, key), state[key]
        for key, component in state["components"].items():
            yield from flat(component, (*place, key))

    return {
        place: value
        for i, n in enumerate(Oracle(io.BytesIO(content)).load())
        for place, value in flat(n, (i,))
    }


def as_read_here(content):
    def flat(network, place):
        yield from (((*place, key), value) for key, value in network.variables.items())
        for key in ("version", "name", "static_kwargs", "build_module_src", "build_func_name"):
            yield (*place, key), getattr(network, key)
        for key, component in network.components.items():
            yield from flat(component, (*place, key))

    return {place: value for i, network in enumerate(read(content)) for place, value in flat(network, (i,))}


@pytest.mark.parametrize("source", ["official", "written here"])
def test_python_reads_the_same_from_the_same_file(source, tmp_path):
    snapshots.write(snapshots.read(io.BytesIO(TINY)), tmp_path / "x.pkl")
    content = TINY if source == "official" else (tmp_path / "x.pkl").read_bytes()
    expected, found = as_python_reads(content), as_read_here(content)
    assert list(found) == list(expected) and len(found) > 100
    for place, value in expected.items():
        np.testing.assert_array_equal(found[place], value)
        assert type(found[place]) is type(value)

"""Damaged and invented official pickles: each must be refused, or give sound networks.

    python benchmarks/proofs/fuzz_pickles.py --minutes 10     # writes benchmarks/results/fuzz_pickles.md

Files are made from seeds: bytes changed, cut out, repeated, moved or swapped with those of another file;
instructions of any pickle strewn in; programs of instructions at random. While the reader works an audit hook
watches: an import, an executed string, a process or an opened file ends the run with the file that did it. So
does an error that is no RefusedPickle, a file that takes more than SECONDS, or one that makes the process
grow by more than MEGABYTES.
"""

import argparse
import io
import os
import pickle
import pickletools
import resource
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from stylegan_tf.official import snapshots
from stylegan_tf.official.safe_unpickler import RefusedPickle

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS, MEGABYTES = 5.0, 200
WATCHED = {
    "import",
    "exec",
    "compile",
    "open",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "subprocess.Popen",
    "pickle.find_class",
}
CODES = [ord(op.code) for op in pickletools.opcodes]
watching, seen = [], []
sys.addaudithook(lambda event, arguments: seen.append(event) if watching and event in WATCHED else None)


def seeds() -> list[bytes]:
    """Files to start from.

    They are the official snapshot, its structure alone, a small one of ours, attacks and ordinary pickles.
    """
    golden = (ROOT / "tests" / "golden" / "official_tiny_nosrc.pkl").read_bytes()
    network = snapshots.StoredNetwork(
        "D", "D_basic", {"resolution": 8}, {"bias": np.arange(3, dtype="float32")}
    )
    small = b"".join([b"\x80\x04", *snapshots._pickled((network,)), b"."])
    attacks = [
        b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00ls\x85R.",
        b"\x80\x04(lp0\n" + b"(" * 500 + b"." * 3,
    ]
    plain = [
        pickle.dumps(value, protocol)
        for protocol in range(6)
        for value in (np.arange(4.0), {"a": [1, (2,)]}, b"x" * 99)
    ]
    return [golden, golden[:4000], small, *attacks, *plain]


def mutated(rng, files) -> bytes:
    """One file made from one or two of ``files``.

    The first bytes, where the structure is, are hit more often.
    """
    if rng.random() < 0.1:
        return b"\x80\x04" + bytes(
            rng.choice(CODES if rng.random() < 0.5 else 256, rng.integers(1, 400)).astype("uint8")
        )
    content = bytearray(files[rng.integers(len(files))])
    for _ in range(rng.integers(1, 9)):
        reach = len(content) if rng.random() < 0.3 else min(len(content), 1500)
        at, length = int(rng.integers(0, max(1, reach))), int(rng.integers(1, 64))
        kind = rng.integers(7)
        if kind == 0 and content:
            content[at % len(content)] = rng.integers(256)
        elif kind == 1:
            content[at:at] = bytes(rng.choice(CODES, rng.integers(1, 5)).astype("uint8"))
        elif kind == 2:
            del content[at : at + length]
        elif kind == 3:
            content[at:at] = content[at : at + length] * int(rng.integers(1, 20))
        elif kind == 4:
            other = files[rng.integers(len(files))]
            start = int(rng.integers(0, len(other)))
            content[at : at + length] = other[start : start + length]
        elif kind == 5:
            content[at : at + 8] = bytes(rng.choice([0, 1, 0x7F, 0x80, 0xFF], 8).astype("uint8"))
        else:
            content = content[: max(1, at)] + b"."
    return bytes(content)


def is_sound(networks) -> bool:
    return all(
        isinstance(network, snapshots.StoredNetwork)
        and all(
            value.dtype == np.float32 and np.isfinite(value).all() for value in network.variables.values()
        )
        and is_sound(network.components.values())
        for network in networks
    )


def feed(content: bytes) -> str:
    """What became of a file: the first words of the refusal, or "sound networks"."""
    watching.append(True)
    try:
        networks = snapshots.read(io.BytesIO(content))
    except RefusedPickle as error:
        return " ".join(str(error).split()[:3])
    finally:
        watching.clear()
    assert is_sound(networks), "the networks that were read are not sound"
    return "sound networks"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    files, outcomes, slowest, count = seeds(), Counter(), 0.0, 0
    for content in files:
        feed_safely(content, "a seed file")
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while time.perf_counter() - began < 60 * args.minutes:
        content = mutated(np.random.default_rng([args.seed, count]), files)
        started = time.perf_counter()
        outcomes[feed_safely(content, f"seed {args.seed}, file {count}")] += 1
        slowest, count = max(slowest, time.perf_counter() - started), count + 1
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
        if slowest > SECONDS or grown > MEGABYTES:
            sys.exit(f"file {count - 1}: {slowest:.1f} s, grown by {grown:.0f} MB")
    lines = [
        "# Fuzzing the reader of official pickles\n",
        f"`python benchmarks/proofs/fuzz_pickles.py --minutes {args.minutes:g} --seed {args.seed}`, "
        f"load {os.getloadavg()[0]:.1f}.\n",
        f"{count:,} files: none executed, imported or opened anything; each was refused or gave sound "
        f"networks. The slowest took {1000 * slowest:.0f} ms; the process grew by {grown:.0f} MB.\n",
        "| outcome | files |\n|---|---|",
        *(f"| {name} | {number:,} |" for name, number in outcomes.most_common(20)),
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    (ROOT / "benchmarks" / "results" / "fuzz_pickles.md").write_text(text)


def feed_safely(content, name):
    seen.clear()
    try:
        outcome = feed(content)
    except Exception as error:
        Path("fuzz_failure.pkl").write_bytes(content)
        sys.exit(f"{name}: {type(error).__name__}: {error}; the file is fuzz_failure.pkl")
    if seen:
        Path("fuzz_failure.pkl").write_bytes(content)
        sys.exit(f"{name}: the reader did {', '.join(seen)}; the file is fuzz_failure.pkl")
    return outcome


if __name__ == "__main__":
    main()

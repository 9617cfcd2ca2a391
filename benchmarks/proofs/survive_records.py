"""Kill the writer of TFRecords at random moments, let its disk run full, and compare the bytes in the end.

    python benchmarks/proofs/survive_records.py            # about two minutes

The full disk is a small tmpfs, which needs Linux and root.
"""

import argparse
import hashlib
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from survive_full_disk import small_disk

WRITE = """
import sys, numpy as np
from stylegan_tf.data import tfrecords_writer as w
pictures = np.random.default_rng(0).integers(0, 256, (2000, 64, 64, 3), dtype="uint8")
if sys.argv[2] == "blind":  # the check before the start would see that the disk is too small
    w._Writer._room = lambda self: float("inf")
w.CHUNK_PIXELS = 4 * 64 * 64 * 3
w.write_tfrecords(pictures, sys.argv[1], name="x")
"""


def command(out, mode="normal"):
    return [sys.executable, "-c", WRITE, str(out), mode]


def sums(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rng, good = random.Random(args.seed), True
    with tempfile.TemporaryDirectory() as folder, small_disk("20m") as disk:
        folder = Path(folder)
        begun = time.time()
        subprocess.run(command(folder / "whole"), check=True)
        whole, expected = time.time() - begun, sums(folder / "whole")
        print(f"uninterrupted: {len(expected)} files, {whole:.1f} s")
        out, kills = folder / "killed", 0
        journal = out.with_name("killed.part") / "written.json"
        while kills < args.kills:
            before = journal.read_bytes() if kills else b""
            process = subprocess.Popen(command(out))
            while process.poll() is None and (not journal.exists() or journal.read_bytes() == before):
                time.sleep(0.01)
            time.sleep(rng.uniform(0.0, 0.3))
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            if out.exists():
                break
            print(
                f"killed {kills}: {len(json.loads(journal.read_text())['done'])} of 500 chunks listed",
                flush=True,
            )
        if not out.exists():
            subprocess.run(command(out), check=True)
        same = sums(out) == expected
        print(f"after {kills} kills: {'the same bytes' if same else 'DIFFERENT'}")
        full = subprocess.run(command(disk / "x", "blind"), capture_output=True, text=True)
        print(f"full disk: {full.stderr.strip().splitlines()[-1]}")
        good &= same and full.returncode != 0 and not (disk / "x").exists()
        subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
        subprocess.run(command(disk / "x"), check=True)
        same = sums(disk / "x") == expected
        print(f"with room: {'the same bytes' if same else 'DIFFERENT'}")
    print("survived" if good and same else "FAILED")
    return 0 if good and same else 1


if __name__ == "__main__":
    raise SystemExit(main())

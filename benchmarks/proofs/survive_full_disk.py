"""Train onto a disk that fills up, then make room and resume with the same command.

    python benchmarks/proofs/survive_full_disk.py            # about a minute

It needs Linux and root, as it mounts a small tmpfs.
"""

import argparse
import contextlib
import subprocess
import tempfile
from pathlib import Path

from survive_kill import command, final_state

import stylegan_tf as sg
from stylegan_tf.runs.checkpoints import read_checkpoint


@contextlib.contextmanager
def small_disk(size):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", default="1500k", help="of the disk, at first (default 1500k)")
    parser.add_argument("--kimg", type=float, default=4.0)
    args = parser.parse_args()
    with small_disk(args.size) as disk:
        out = disk / "run"
        full = subprocess.run(command(out, args.kimg), capture_output=True, text=True)
        print(f"disk of {args.size}: exit code {full.returncode}, {full.stderr.strip()}")
        kept = sg.Run(out).checkpoints()
        for checkpoint in kept:
            read_checkpoint(checkpoint)
        print(f"{len(kept)} checkpoints, all sound; left-over parts: {len(list(out.rglob('*.part')))}")
        subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
        resumed = subprocess.run(command(out, args.kimg), capture_output=True, text=True)
        progress, _ = final_state(out)
        print(f"with room: exit code {resumed.returncode}, ended at {progress['images']} images")
        good = full.returncode == 2 and resumed.returncode == 0 and progress["images"] >= 1000 * args.kimg
        print("survived" if good else "FAILED")
        return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())

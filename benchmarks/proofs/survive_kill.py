"""Kill a training run with SIGKILL at random moments, resume it, and compare the weights.

python benchmarks/proofs/survive_kill.py --kills 10              # about 6 minutes on two cores
python benchmarks/proofs/survive_kill.py --kills 3 --minutes 1   # do time boxes keep their plan and time?
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from stylegan_tf import Run
from stylegan_tf.runs.checkpoints import read_checkpoint

SETTINGS = [
    "fmap_base=64",
    "fmap_max=16",
    "tick_kimg=" + '{"4":0.2,"8":0.2,"16":0.2,"32":0.2}',
    "mirror=true",
]


def command(out, *length):
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    train = [sys.executable, "-m", "stylegan_tf", "train", "--out", str(out), *map(str, length)]
    return [*train, "--quiet", "--resume", *settings]


def final_state(out):
    about, arrays = read_checkpoint(Run(out).checkpoints()[-1])
    return about["progress"], arrays


def kill(process, moment):
    """Kill a process after ``moment`` seconds, unless it has ended; returns what happened."""
    try:
        process.wait(moment)
        return "had ended"
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return "killed"


def start(out, *length):
    return subprocess.Popen(command(out, *length), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def time_boxes(folder, rng, kills, minutes):
    """Kill time boxes in their second half; a sound one keeps its first plan and ends on time."""
    sound = 0
    for number in range(kills):
        out, moment = folder / f"boxed{number}", rng.uniform(0.5, 0.9) * 60 * minutes
        state = kill(start(out, "--minutes", minutes), moment)
        plan = read_checkpoint(Run(out).checkpoints()[-1])[0]["config"]
        subprocess.run(command(out, "--minutes", minutes), check=True, capture_output=True)
        about, _ = read_checkpoint(Run(out).checkpoints()[-1])
        trained = about["progress"]["seconds"] / 60
        good = about["config"] == plan and abs(trained / minutes - 1) <= 0.1
        sound += good
        verdict = "kept" if good else "BROKEN"
        print(
            f"{number + 1}: {state} after {moment:.1f} s, resumed, {trained:.2f} minutes: {verdict}",
            flush=True,
        )
    print(f"{sound} of {kills} kept their plan and their time")
    return 0 if sound == kills else 1


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--kimg", type=float, default=8.0)
    parser.add_argument("--minutes", type=float, help="time-boxed runs instead")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rng, identical = random.Random(args.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        if args.minutes:
            return time_boxes(folder, rng, args.kills, args.minutes)
        length = ("--kimg", args.kimg)
        begun = time.time()
        subprocess.run(command(folder / "whole", *length), check=True, capture_output=True)
        whole = time.time() - begun
        progress, expected = final_state(folder / "whole")
        print(f"uninterrupted: {progress['images']} images, {progress['steps']} steps, {whole:.0f} s")
        for number in range(args.kills):
            out, moment = folder / f"killed{number}", rng.uniform(0.2, 1.0) * whole
            state = kill(start(out, *length), moment)
            kept = sorted((out / "checkpoints").glob("*.npz"))
            done = subprocess.run(command(out, *length), capture_output=True, text=True)
            progress_again, arrays = final_state(out)
            same = progress_again["steps"] == progress["steps"] and all(
                np.array_equal(arrays[k], v) for k, v in expected.items()
            )
            identical += same
            resumed = next(
                (line for line in done.stdout.splitlines() if line.startswith("resumed")), "from the start"
            )
            print(f"{number + 1}: {state} after {moment:.1f} s, {len(kept)} checkpoints, {resumed}: ", end="")
            print("bit-identical" if same else "DIFFERENT", flush=True)
    print(f"{identical} of {args.kills} bit-identical")
    return 0 if identical == args.kills else 1


if __name__ == "__main__":
    raise SystemExit(main())

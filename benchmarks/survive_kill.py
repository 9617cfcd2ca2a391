"""Kill a training run with SIGKILL at random moments, resume it with the same command, and compare the weights.

python benchmarks/survive_kill.py --kills 10            # about 6 minutes on two cores
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

SETTINGS = ["fmap_base=64", "fmap_max=16", "tick_kimg=" + '{"4":0.2,"8":0.2,"16":0.2,"32":0.2}', "mirror=true"]


def command(out, kimg):
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    train = [sys.executable, "-m", "stylegan_tf", "train", "--out", str(out), "--kimg", str(kimg)]
    return [*train, "--quiet", "--resume", *settings]


def final_state(out):
    from stylegan_tf import Run
    from stylegan_tf.checkpoints import read_checkpoint

    about, arrays = read_checkpoint(Run(out).checkpoints()[-1])
    return about["progress"], arrays


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--kimg", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rng, identical = random.Random(args.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        begun = time.time()
        subprocess.run(command(folder / "whole", args.kimg), check=True, capture_output=True)
        whole = time.time() - begun
        progress, expected = final_state(folder / "whole")
        print(f"uninterrupted: {progress['images']} images, {progress['steps']} steps, {whole:.0f} s")
        for kill in range(args.kills):
            out, moment = folder / f"killed{kill}", rng.uniform(0.2, 1.0) * whole
            process = subprocess.Popen(command(out, args.kimg), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(moment)
                state = "had ended"
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                state = "killed"
            kept = sorted((out / "checkpoints").glob("*.npz"))
            done = subprocess.run(command(out, args.kimg), capture_output=True, text=True)
            progress_again, arrays = final_state(out)
            same = progress_again["steps"] == progress["steps"] and all(np.array_equal(arrays[k], v) for k, v in expected.items())
            identical += same
            resumed = next((line for line in done.stdout.splitlines() if line.startswith("resumed")), "from the start")
            print(f"{kill + 1}: {state} after {moment:.1f} s, {len(kept)} checkpoints, {resumed}: ", end="")
            print("bit-identical" if same else "DIFFERENT", flush=True)
    print(f"{identical} of {args.kills} bit-identical")
    return 0 if identical == args.kills else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""Write the averaged generator and the discriminator of a run to data/pretrained/NAME.npz, in float16, and judge the file.

python benchmarks/ship.py runs/long mnist32
"""

import argparse
import hashlib
from pathlib import Path

import stylegan_tf as sg
from stylegan_tf.checkpoints import export

OUT = Path(__file__).resolve().parent.parent / "data/pretrained"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("name")
    args = parser.parse_args()
    gan, info, path = sg.load(args.run), sg.Run(args.run).info, OUT / f"{args.name}.npz"
    before = sg.metrics.judge_digits(gan.ema_generator)
    export(gan, path, command=info["command"], dataset=info["dataset"], versions=info["versions"])
    after = sg.metrics.judge_digits(sg.pretrained(args.name).ema_generator)
    for name, scores in (("float32", before), ("float16", after)):
        print(
            name, {key: scores[key] for key in ("fid", "fid_real_halves", "entropy", "shares", "confidence", "confidence_real")}
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, {gan.progress.images / 1000:.0f} kimg, sha256 {digest}")


if __name__ == "__main__":
    main()

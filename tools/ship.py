"""Write the averaged generator and the discriminator of a run to data/pretrained, in float16, and judge them.

    python tools/ship.py runs/long mnist32

Both the run and the file are judged against the run's own data: FID, and digits also by confidence and shares
of classes.
"""

import argparse
import hashlib
from pathlib import Path

import stylegan_tf as sg
from stylegan_tf import data
from stylegan_tf.metrics import evaluation
from stylegan_tf.runs.checkpoints import export

OUT = Path(__file__).resolve().parent.parent / "data/pretrained"


def judge(generator, dataset: str, data_dir) -> str:
    """FID with its error and floor, in one line; and for digits what ``judge_digits`` says."""
    source = data.open_dataset(dataset, data_dir, resolution=generator.config.resolution)
    result = evaluation.evaluate(generator, source, evaluation.judge_of(dataset), ["fid"], floors=True)
    (row,) = result["rows"]
    value = f"FID {row['value']:.2f} +- {row['standard_error']:.2f}, floor {row['floor']:.2f}"
    line = f"{value} ({row['network']}, {row['n']:,} images)"
    if data.kind(dataset) == "digits":
        scores = sg.metrics.judge_digits(generator)
        told = ("entropy", "shares", "confidence", "confidence_real", "as_asked")
        line += f", { ({key: scores[key] for key in told if key in scores}) }"
    return line


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run")
    parser.add_argument("name")
    parser.add_argument("--data-dir", help="where drawn faces are kept")
    args = parser.parse_args()
    gan, info, path = sg.load(args.run), sg.Run(args.run).info, OUT / f"{args.name}.npz"
    export(gan, path, command=info["command"], dataset=info["dataset"], versions=info["versions"])
    for name, model in (("float32", gan), ("float16", sg.load(path))):
        print(name, judge(model.ema_generator, info["dataset"], args.data_dir))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    megabytes = path.stat().st_size / 1e6
    kimg = gan.progress.images / 1000
    print(f"{path.name}: {megabytes:.2f} MB, {kimg:.0f} kimg, sha256 {digest}")


if __name__ == "__main__":
    main()

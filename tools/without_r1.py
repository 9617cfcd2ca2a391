"""Draw data/without_r1.png, for lesson 07: digits of three runs with R1, and of three without.

    python tools/without_r1.py ablation

``ablation`` is the folder of the ablation A to F (docs/ablation.md), whose runs E have R1. The runs without
it are those named e_no_r1 of benchmarks/proofs/sweep.py; their sheets are in benchmarks/results/sheets.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

import stylegan_tf as sg
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.figures.layout import labelled
from stylegan_tf.metrics.batches import draw_images

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "data" / "without_r1.png"
SHEETS = ROOT / "benchmarks" / "results" / "sheets"
SEEDS = (0, 1, 2)
DIGITS = 10  # of each run: a row of a sheet


def with_r1(folder, seed):
    """The first pictures of a run of configuration E, (10, 32, 32, 1)."""
    generator = sg.load(Path(folder) / f"E-seed{seed}").ema_generator
    return draw_images(generator, DIGITS, seed=1)


def without_r1(seed):
    """The first row of a run's sheet, which shows each pixel twice in both directions."""
    sheet = np.asarray(Image.open(SHEETS / f"e_no_r1_seed{seed}.png").convert("L"))
    row = sheet[:64:2, ::2].reshape(32, DIGITS, 32)
    return to_unit_range(row.transpose(1, 0, 2)[..., None])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ablation", help="folder of the ablation")
    args = parser.parse_args()
    rows = [list(with_r1(args.ablation, seed)) for seed in SEEDS]
    rows += [list(without_r1(seed)) for seed in SEEDS]
    names = [f"with R1, seed {seed}" for seed in SEEDS] + [f"without, seed {seed}" for seed in SEEDS]
    labelled(rows, names, [""] * DIGITS, size=64).convert("L").save(FILE, optimize=True)
    print(f"wrote {FILE} ({FILE.stat().st_size / 1000:.0f} kB)")


if __name__ == "__main__":
    main()

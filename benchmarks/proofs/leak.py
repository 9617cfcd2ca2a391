"""Does augmentation leak? Small generators of upright trees, whose discriminator sees turned ones.

    python benchmarks/proofs/leak.py             # a quarter of an hour on one core

Writes benchmarks/results/leak.csv: for each probability p and seed the shares of generated trees that point
up, left, down and right. A row that is there is not trained again.
"""

import csv
from pathlib import Path

import numpy as np

import stylegan_tf as sg
from stylegan_tf.course import trees
from stylegan_tf.metrics.batches import draw_images

FILE = Path(__file__).resolve().parent.parent / "results" / "leak.csv"
PROBABILITIES = (0.0, 0.3, 0.6, 0.8, 0.9, 1.0)
SEEDS = (0, 1, 2)
SAMPLES = 1000


def shares(p: float, seed: int) -> list[float]:
    """Shares of the four directions among the trees of a generator that is trained for it."""
    gan = sg.StyleGAN(trees.config(p, seed=seed))
    gan.compile()
    gan.fit(trees.load_trees(), verbose=0)
    found = trees.directions(draw_images(gan.ema_generator, SAMPLES, seed=1))
    return [round(float(np.mean(found == place)), 3) for place in range(len(trees.DIRECTIONS))]


def main():
    rows = []
    if FILE.exists():
        with FILE.open(newline="") as file:
            rows = [tuple(row) for row in csv.reader(file)][1:]
    done = {(float(row[0]), int(row[1])) for row in rows}
    for seed in SEEDS:
        for p in PROBABILITIES:
            if (p, seed) in done:
                continue
            rows.append((p, seed, *shares(p, seed)))
            print(*rows[-1], flush=True)
            with FILE.open("w", newline="") as file:
                csv.writer(file).writerows([("p", "seed", *trees.DIRECTIONS), *rows])


if __name__ == "__main__":
    main()

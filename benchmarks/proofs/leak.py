"""Does augmentation leak? Small generators of upright trees, whose discriminator sees turned ones.

    python benchmarks/proofs/leak.py             # a quarter of an hour on one core

Writes benchmarks/results/leak.csv: for each probability p and seed the shares of generated trees that point
up, left, down and right. A row that is there is not trained again.
"""

from pathlib import Path

import numpy as np
from csv_rows import add_row, read_rows

import stylegan_tf as sg
from stylegan_tf.course import trees
from stylegan_tf.metrics.batches import draw_images

FILE = Path(__file__).resolve().parent.parent / "results" / "leak.csv"
PROBABILITIES = (0.0, 0.3, 0.6, 0.8, 0.9, 1.0)
SEEDS = (0, 1, 2)
SAMPLES = 1000


def shares(p: float, seed: int) -> dict[str, float]:
    """Shares of the four directions among the trees of a generator that is trained for it."""
    gan = sg.StyleGAN(trees.config(p, seed=seed))
    gan.compile()
    gan.fit(trees.load_trees(), verbose=0)
    found = trees.directions(draw_images(gan.ema_generator, SAMPLES, seed=1))
    return {name: round(float(np.mean(found == i)), 3) for i, name in enumerate(trees.DIRECTIONS)}


def main():
    done = {(float(row["p"]), int(row["seed"])) for row in read_rows(FILE)}
    for seed in SEEDS:
        for p in PROBABILITIES:
            if (p, seed) in done:
                continue
            row = {"p": p, "seed": seed, **shares(p, seed)}
            print(row, flush=True)
            add_row(FILE, list(row), row)


if __name__ == "__main__":
    main()

"""Pack the runs on few pictures into data/few_pictures.npz, for lesson 18.

    python tools/few_pictures.py runs/few

``runs/few`` is the --out of benchmarks/proofs/few_pictures.py, whose rows are in
benchmarks/results/few_pictures.csv.
"""

import argparse
import csv
import math
from pathlib import Path

import stylegan_tf as sg
from stylegan_tf.course.few_pictures import Trial, write
from stylegan_tf.metrics.batches import draw_images

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "data" / "few_pictures.npz"
ROWS = ROOT / "benchmarks" / "results" / "few_pictures.csv"
SAMPLES = 24
CURVES = ("kimg", "seen_score", "unseen_score", "fake_score", "augment_p", "real_sign")
TEXTS = ("task", "arm", "seed", "sheet")


def trial_of(row, folder):
    """The trial of a row of the table."""
    task, arm, seed = row["task"], row["arm"], int(row["seed"])
    run = sg.Run(Path(folder) / f"{task}_{arm}_{seed}".replace(", ", "_").replace(" ", ""))
    history = []
    for tick in run.history():
        numbers = {name: tick[name] for name in CURVES if name in tick}
        history.append({name: round(value, 4) for name, value in numbers.items() if not math.isnan(value)})
    samples = None
    if seed == 0:
        samples = sg.data.to_uint8(draw_images(sg.load(run.path).ema_generator, SAMPLES, seed=1))
    numbers = {name: float(text) for name, text in row.items() if name not in TEXTS and text}
    return Trial(task, arm, seed, numbers, history, samples)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", help="folder of the runs")
    args = parser.parse_args()
    with ROWS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    write(FILE, [trial_of(row, args.runs) for row in rows])
    print(f"wrote {FILE} ({FILE.stat().st_size / 1000:.0f} kB), {len(rows)} runs")


if __name__ == "__main__":
    main()

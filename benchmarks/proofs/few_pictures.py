"""Few pictures: what augmentation and a trained start are worth (docs/results.md, Few pictures).

Three tasks; the arms of each train for as many minutes:
- digits: 200 digits and 100 that are held out, from nothing;
- long: the same digits for two and a half times as long, without augmentation and with the adaptive one;
- faces: 500 toy faces with the six named colours and 100 that are held out, from nothing or from toyfaces32,
  which has only seen continuous colours.

    python benchmarks/proofs/few_pictures.py --out runs/few --task digits --seeds 0,1
    python benchmarks/proofs/few_pictures.py --out runs/few --task long --seeds 0
    python benchmarks/proofs/few_pictures.py --out runs/few --task faces --seeds 0,1

An arm whose row is in benchmarks/results/few_pictures.csv is not trained again; one that was stopped goes on.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
from csv_rows import add_row, read_rows
from PIL import Image

import stylegan_tf as sg
from stylegan_tf.data.names import open_dataset
from stylegan_tf.data.part import Part, hold_out
from stylegan_tf.figures.layout import grid
from stylegan_tf.metrics import evaluation
from stylegan_tf.metrics.batches import draw_images
from stylegan_tf.metrics.nearest import nearest
from stylegan_tf.runs.run import Run, load

RESULTS = Path(__file__).resolve().parent.parent / "results"
COLUMNS = [
    "task", "arm", "seed", "kimg", "minutes", "fid", "fid_error", "floor", "recall", "coverage", "beyond",
    "copies", "seen", "unseen", "fake", "p", "sheet",
]  # fmt: skip
HELD_OUT = 100
SAMPLES = 5000  # generated pictures, and fresh real ones, that are compared

AUGMENTATIONS = {
    "none": [],
    "ada": ["augment=ada", "augment_kimg=100"],
    "ada 0.3": ["augment=ada", "augment_kimg=100", "augment_target=0.3"],
    "fixed 0.2": ["augment=fixed", "augment_p=0.2"],
    "fixed 0.9": ["augment=fixed", "augment_p=0.9"],
}
OWN = ["--preset", "own32", "--set", "augment=none"]
FROM_NOTHING = {
    "digits": ["--preset", "mnist32", "--set", "batch_size=8", "--kimg", "60"],
    "long": ["--preset", "mnist32", "--set", "batch_size=8", "--kimg", "150"],
    "faces": [*OWN, "--kimg", "26"],
}
FROM_TOYFACES32 = [*OWN, "--init", "toyfaces32", "--set", "progressive=false", "--kimg", "20"]


def arms(task):
    """{name: words of the train command} of a task."""
    found = {}
    for name, settings in AUGMENTATIONS.items():
        augmented = [word for setting in settings for word in ("--set", setting)]
        if task == "digits" or (task == "long" and not name.startswith("fixed")):
            found[name] = [*FROM_NOTHING[task], *augmented]
        if task == "faces" and name != "fixed 0.9":
            found[name] = [*FROM_NOTHING[task], *augmented]
            found[f"{name}, from toyfaces32"] = [*FROM_TOYFACES32, *augmented]
    return found


def pictures_of(task, folder):
    """The folder with the pictures of a task, written once."""
    kind = "faces" if task == "faces" else "digits"
    folder = Path(folder).resolve() / f"{kind}_pictures"
    if folder.exists():
        return folder
    if kind == "digits":
        data = sg.data.load_digits()
        places = chosen_digits(data)
    else:
        data = open_dataset(f"toyfaces:count={500 + HELD_OUT},palette=named,seed=3", resolution=32)
        places = np.arange(len(data))
    folder.mkdir(parents=True)
    for place, image in zip(places, data.rows(places, 32), strict=True):
        Image.fromarray(image.squeeze()).save(folder / f"{place:04d}.png")
    return folder


def chosen_digits(data):
    """The places of the digits that train or are held out."""
    return np.sort(np.random.default_rng(0).choice(len(data), 200 + HELD_OUT, replace=False))


def fresh(task):
    """(real pictures that no arm has seen, their judge)."""
    if task != "faces":
        data = sg.data.load_digits()
        unused = np.setdiff1d(np.arange(len(data)), chosen_digits(data))
        return Part(data, unused), evaluation.judge_of("digits")
    name = f"toyfaces:count={SAMPLES},palette=named,seed=4"
    return open_dataset(name, resolution=32), evaluation.judge_of(name)


def measure(task, arm, seed, run):
    """The row of an arm that has trained."""
    gan = load(run.path)
    generator = gan.ema_generator
    real, judge = fresh(task)
    metrics = ["fid", "pr", "redraw"] if task == "faces" else ["fid", "pr"]
    result = evaluation.evaluate(generator, real, judge, metrics, samples=SAMPLES, floors=True)
    numbers = {row["metric"]: row for row in result["rows"]}
    drawn = draw_images(generator, 500, seed=1)

    # Copies, among the pictures that trained.
    data = open_dataset(
        f"folder:{pictures_of(task, run.path.parent)}", resolution=32, channels=gan.config.channels
    )
    trained, _ = hold_out(data, HELD_OUT, seed)
    copies = nearest(drawn, trained.rows(np.arange(len(trained)), 32)).share_of_copies

    sheet = f"few_{task}_{arm}_seed{seed}.png".replace(", ", "_").replace(" ", "")
    grid(drawn[:64], 16, scale=2).save(RESULTS / "sheets" / sheet)
    last = run.history()[-1]
    beyond = numbers.get("redraw, share beyond")
    return {
        "task": task,
        "arm": arm,
        "seed": seed,
        "kimg": round(gan.progress.images / 1000, 1),
        "minutes": round(gan.progress.seconds / 60, 1),
        "fid": round(numbers["FID"]["value"], 2),
        "fid_error": round(numbers["FID"]["standard_error"], 2),
        "floor": round(numbers["FID"]["floor"], 2),
        "recall": round(numbers["recall"]["value"], 3),
        "coverage": round(numbers["coverage"]["value"], 3),
        "beyond": "" if beyond is None else round(beyond["value"], 3),
        "copies": round(copies, 3),
        "seen": round(last["seen_score"], 2),
        "unseen": round(last["unseen_score"], 2),
        "fake": round(last["fake_score"], 2),
        "p": round(last.get("augment_p", 0.0), 3),
        "sheet": sheet,
    }


def finished(results):
    """(task, arm, seed) of the rows that are there."""
    return {(row["task"], row["arm"], int(row["seed"])) for row in read_rows(results)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", required=True, type=Path, help="folder of the runs")
    parser.add_argument("--task", choices=("digits", "long", "faces"), required=True)
    parser.add_argument("--seeds", default="0,1")
    parser.add_argument("--only", help="a single arm, such as ada")
    args = parser.parse_args()
    results = RESULTS / "few_pictures.csv"
    pictures = pictures_of(args.task, args.out)

    for seed in map(int, args.seeds.split(",")):
        for arm, words in arms(args.task).items():
            if args.only not in (None, arm) or (args.task, arm, seed) in finished(results):
                continue
            run = Run(args.out / f"{args.task}_{arm}_{seed}".replace(", ", "_").replace(" ", ""))
            command = [
                "train", "--dataset", f"folder:{pictures}", *words, "--hold-out", str(HELD_OUT),
                "--seed", str(seed), "--out", str(run.path), "--resume", "--quiet",
            ]  # fmt: skip
            print(" ".join(command), flush=True)
            subprocess.run([sys.executable, "-m", "stylegan_tf", *command], check=True)
            row = measure(args.task, arm, seed, run)
            print(row, flush=True)
            add_row(results, COLUMNS, row)


if __name__ == "__main__":
    main()

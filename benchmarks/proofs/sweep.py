"""Trials of the mnist32 preset: train one variation, judge it, add a row to benchmarks/results/sweep.csv.

python benchmarks/proofs/sweep.py NAME --kimg 170 --seed 0 --threads 1 --set learning_rate=0.004
python benchmarks/proofs/sweep.py NAME --minutes 10
"""

import argparse
import json
import os
import time
from pathlib import Path

import keras
from csv_rows import add_row

import stylegan_tf as sg

RESULTS = Path(__file__).resolve().parent.parent / "results"
COLUMNS = [
    "name", "seed", "settings", "kimg", "minutes", "cpu_minutes", "threads", "load", "fid", "floor",
    "entropy", "least_class", "confidence", "w_std", "sheet",
]  # fmt: skip


class Averages(keras.callbacks.Callback):
    """Averages of the generator with several half-lives, to choose ema_kimg from one training run."""

    def __init__(self, half_lives):
        super().__init__()
        self.values = {half_life: None for half_life in half_lives}

    def on_train_batch_end(self, batch, logs=None):
        if not self.values:
            return
        current = self.model.generator.get_weights()
        size = self.model.schedule.phase_at(self.model.progress.images).batch_size
        for half_life, old in self.values.items():
            beta = 0.5 ** (size / (1000 * half_life))
            self.values[half_life] = (
                current if old is None else [c + (o - c) * beta for c, o in zip(current, old, strict=True)]
            )

    def judged(self, gan):
        generator = sg.Generator(gan.config)
        for half_life, values in self.values.items():
            generator.set_weights(values)
            yield half_life, sg.metrics.judge_digits(generator)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name")
    parser.add_argument("--kimg", type=float)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--set", nargs="*", default=[], metavar="FIELD=VALUE")
    parser.add_argument("--preset", default="mnist32")
    parser.add_argument(
        "--averages",
        nargs="*",
        type=float,
        default=[],
        metavar="KIMG",
        help="other half-lives to judge as well",
    )
    args = parser.parse_args()
    import tensorflow as tf

    if args.threads:
        tf.config.threading.set_intra_op_parallelism_threads(args.threads)
        tf.config.threading.set_inter_op_parallelism_threads(args.threads)
    from stylegan_tf.cli.arguments import parse_settings
    from stylegan_tf.figures.layout import grid
    from stylegan_tf.metrics.batches import draw_images
    from stylegan_tf.training.schedule import scaled

    settings = parse_settings(args.set)
    config = sg.preset(args.preset).replace(seed=args.seed, **settings)
    config = scaled(config, args.kimg) if args.kimg else config
    gan = sg.StyleGAN(config)
    gan.compile()
    begun, cpu = time.time(), time.process_time()
    averages = Averages(args.averages)
    history = gan.fit(sg.data.load_digits(), minutes=args.minutes, verbose=2, callbacks=[averages])
    minutes, cpu = (time.time() - begun) / 60, (time.process_time() - cpu) / 60
    for half_life, scores in averages.judged(gan):
        print(
            f"half-life {half_life:g} kimg: FID {scores['fid']:.2f}, confidence {scores['confidence']:.3f}",
            flush=True,
        )
    scores = sg.metrics.judge_digits(gan.ema_generator)
    sheet = f"{args.name}_seed{args.seed}.png"
    (RESULTS / "sheets").mkdir(parents=True, exist_ok=True)
    grid(draw_images(gan.ema_generator, 100, seed=1), 10, scale=2).save(RESULTS / "sheets" / sheet)
    row = {
        "name": args.name, "seed": args.seed, "settings": json.dumps(settings),
        "kimg": round(gan.progress.images / 1000, 1),
        "minutes": round(minutes, 2), "cpu_minutes": round(cpu, 2),
        "threads": args.threads, "load": round(os.getloadavg()[0], 1),
        "fid": round(scores["fid"], 2), "floor": round(scores["fid_real_halves"], 2),
        "entropy": round(scores["entropy"], 3),
        "least_class": min(scores["shares"]), "confidence": round(scores["confidence"], 3),
        "w_std": round(history.history["w_std"][-1], 3), "sheet": sheet,
    }  # fmt: skip
    add_row(RESULTS / "sweep.csv", COLUMNS, row)
    print(json.dumps(row))


if __name__ == "__main__":
    main()

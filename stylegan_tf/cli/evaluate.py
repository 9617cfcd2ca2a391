"""stylegan-tf evaluate: measure a trained generator."""

from __future__ import annotations

import json
import sys

import stylegan_tf as sg
from stylegan_tf.cli.arguments import MODEL, add_data_arguments, model, names, not_negative, whole
from stylegan_tf.cli.common import UserError, dataset_of, load_finished, write_figure
from stylegan_tf.cli.outputs import figure_next_to, file_to_write, folder_to_write
from stylegan_tf.data.names import check_name
from stylegan_tf.figures.evaluation import evaluation_figure
from stylegan_tf.figures.redraw import redraw_pairs
from stylegan_tf.files import write_atomically
from stylegan_tf.metrics import evaluation
from stylegan_tf.metrics.batches import draw_images
from stylegan_tf.runs.run import versions

HELP = "Measure a trained generator: a table, a JSON file and figures."
EXAMPLE = "stylegan-tf evaluate runs/x --metrics fid,kid,pr,ppl --out result.json"

# Fewer samples cannot be measured: a covariance and a subset of KID need 2, six neighbours 6 (the fifth and
# oneself), and separability keeps half of what it draws.
LEAST = {"fid": 2, "kid": 2, "pr": 6, "ppl": 2, "ls": 4, "redraw": 2}
PAIRS = 16  # faces in the picture of the redraw score


def add_arguments(parser) -> None:
    parser.add_argument("run", type=model, help=MODEL)
    known = names("--metrics", evaluation.METRICS)
    metrics = "of fid, kid, pr, ppl, ls, and of toy faces redraw (default all that the data set has)"
    parser.add_argument("--metrics", type=known, help=metrics)
    out = "a JSON file; the figures go next to it (default result.json)"
    parser.add_argument("--out", type=file_to_write(".json"), default="result.json", help=out)
    samples = "images, and pairs of path length (default 10000)"
    parser.add_argument("--samples", type=whole, default=10_000, help=samples)
    parser.add_argument("--seed", type=not_negative, default=0)
    floors = "also compare halves of the real images with each other"
    parser.add_argument("--floors", action="store_true", help=floors)
    cache = "keep the statistics of real images there, for FID alone"
    parser.add_argument("--cache", type=folder_to_write, metavar="FOLDER", help=cache)
    parser.add_argument("--dataset", help="what to compare with (default the run's own data)")
    add_data_arguments(parser)


def run(args) -> int:
    """Measure, print the table, and write the JSON file and the figure."""
    # A bad argument must show before anything is loaded.
    picture = figure_next_to(args.out)
    pairs = figure_next_to(args.out, "_redrawn")
    check_samples(args)

    # What is measured, and against which images.
    dataset = args.dataset
    if dataset is None:
        dataset = dataset_of(args.run, required=True)
    check_name(dataset)
    gan = load_finished(args.run)
    judge = evaluation.judge_of(dataset)
    needed = dict(resolution=gan.config.resolution, channels=gan.config.channels)
    data = sg.data.open_dataset(dataset, data_dir=args.data_dir, download=args.download, **needed)
    options = dict(
        samples=args.samples,
        seed=args.seed,
        floors=args.floors,
        cache=args.cache,
        progress=sys.stderr.isatty(),
    )

    # The numbers, and how they were made.
    generator = gan.ema_generator
    result = evaluation.evaluate(generator, data, judge, args.metrics, **options)
    about = dict(run=args.run, dataset=dataset, command=args.typed, versions=versions())
    figure = evaluation_figure(result)
    write_atomically(args.out, json.dumps({**about, **result}, indent=1).encode())
    write_figure(figure, picture)
    written = f"{args.out} and {picture}"
    if "redraw" in result:
        few = judge.redraw(draw_images(generator, PAIRS, seed=args.seed))
        write_figure(redraw_pairs(few, result["redraw"]["limit"]), pairs)
        written += f", and faces drawn again in {pairs}"
    print(f"{evaluation.table(result)}\nwrote {written}")
    return 0


def when_stopped(args) -> str:
    """What is true when the command is stopped."""
    kept = f"; statistics of the real images that were finished are in {args.cache}" if args.cache else ""
    return f"no scores were written{kept}"


def check_samples(args) -> None:
    """Raise UserError for too few samples: half of them must do for the floors."""
    for metric in args.metrics or evaluation.METRICS:
        least = LEAST[metric] * (2 if args.floors else 1)
        if args.samples < least:
            raise UserError(f"--samples {args.samples} are too few for {metric}; give {least} or more")

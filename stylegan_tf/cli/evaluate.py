"""stylegan-tf evaluate: measure a trained generator."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import stylegan_tf as sg
from stylegan_tf.cli.arguments import MODEL, add_data_arguments, model, whole
from stylegan_tf.cli.common import dataset_of, load_finished
from stylegan_tf.figures.evaluation import evaluation_figure
from stylegan_tf.files import write_atomically
from stylegan_tf.metrics import evaluation
from stylegan_tf.runs.run import versions

HELP = "Measure a trained generator: a table, a JSON file and a figure."
EXAMPLE = "stylegan-tf evaluate runs/x --metrics fid,kid,pr,ppl --out result.json"


def add_arguments(parser) -> None:
    parser.add_argument("run", type=model, help=MODEL)
    parser.add_argument(
        "--metrics", default="fid,kid,pr,ppl,ls", help="of fid, kid, pr, ppl, ls (default all)"
    )
    out = "a JSON file; the figure goes next to it (default result.json)"
    parser.add_argument("--out", default="result.json", help=out)
    samples = "images, and pairs of path length (default 10000)"
    parser.add_argument("--samples", type=whole, default=10_000, help=samples)
    parser.add_argument("--seed", type=int, default=0)
    floors = "also compare halves of the real images with each other"
    parser.add_argument("--floors", action="store_true", help=floors)
    cache = "keep the statistics of real images there, for FID alone"
    parser.add_argument("--cache", metavar="FOLDER", help=cache)
    parser.add_argument("--dataset", help="what to compare with (default the run's own data)")
    add_data_arguments(parser)


def run(args) -> int:
    """Measure, print the table, and write the JSON file and the figure."""
    # What is measured, and against which images.
    gan = load_finished(args.run)
    dataset = args.dataset or dataset_of(args.run, required=True)
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
    result = evaluation.evaluate(gan.ema_generator, data, judge, args.metrics.split(","), **options)
    about = dict(run=args.run, dataset=dataset, command=shlex.join(sys.argv), versions=versions())
    out = Path(args.out)
    write_atomically(out, json.dumps({**about, **result}, indent=1).encode())
    picture = out.with_suffix(".png")
    evaluation_figure(result).savefig(picture)
    print(f"{evaluation.table(result)}\nwrote {out} and {picture}")
    return 0

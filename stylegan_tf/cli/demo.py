"""stylegan-tf demo: train digits in ten minutes, then judge them and write a report."""

from __future__ import annotations

import sys

import stylegan_tf as sg
from stylegan_tf.cli.arguments import not_negative, positive
from stylegan_tf.cli.outputs import folder_to_write
from stylegan_tf.runs.report import write_report
from stylegan_tf.runs.train import train_run
from stylegan_tf.training.schedule import scaled

HELP = "Train digits from 4x4 to 32x32, then write a report."
EXAMPLE = "stylegan-tf demo --minutes 10 --out runs/mnist32"


def add_arguments(parser) -> None:
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=positive, default=10.0, help="training time (default 10)")
    images = "thousands of images instead of a time: the same on every machine"
    length.add_argument("--kimg", type=positive, help=images)
    out = "folder of the run (default runs/mnist32)"
    parser.add_argument("--out", type=folder_to_write, default="runs/mnist32", help=out)
    parser.add_argument("--seed", type=not_negative, default=0)


def run(args) -> int:
    """Train, judge and report; a run that was stopped continues."""
    folder = sg.Run(args.out)
    config = sg.preset("mnist32").replace(seed=args.seed)
    if args.kimg:
        config = scaled(config, args.kimg)
    train_run(
        folder,
        config,
        "digits",
        minutes=None if args.kimg else args.minutes,
        resume=True,
        verbose=1 if sys.stderr.isatty() else 2,
        command=args.typed,
    )
    print("judging 10,000 generated digits and drawing the figures", flush=True)
    generator = sg.load(folder.path).ema_generator
    scores = sg.metrics.judge_digits(generator, test=mnist_test_set())
    report = write_report(folder.path, scores)
    print(f"FID {scores['fid']:.2f} (two halves of the real digits: {scores['fid_real_halves']:.2f})")
    print(f"open {report}")
    return 0


def when_stopped(args) -> str:
    """What is true when the command is stopped."""
    return "the same command continues from here"


def mnist_test_set():
    """MNIST's test digits, where tensorflow-datasets has prepared them; nothing is downloaded."""
    try:
        return sg.data.load_tfds("mnist", split="test")
    except (ImportError, FileNotFoundError):
        return None

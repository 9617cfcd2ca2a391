"""stylegan-tf import: an official pickle as a run."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import stylegan_tf as sg
from stylegan_tf.cli.common import UserError
from stylegan_tf.runs.checkpoints import save_checkpoint

HELP = "Turn an official StyleGAN pickle into a run. Nothing in it is executed."
EXAMPLE = "stylegan-tf import karras2019stylegan-ffhq-1024x1024.pkl runs/ffhq"


def add_arguments(parser) -> None:
    parser.add_argument("pickle", help="a .pkl file of (G, D, Gs)")
    parser.add_argument("out", help="folder of the run, or a checkpoint file (.npz)")


def run(args) -> int:
    """Load the networks of a pickle, and save them as a run or a checkpoint."""
    out = Path(args.out)
    if out.exists():
        raise UserError(f"{out} exists already; choose another name")
    gan = sg.official.load_stylegan(args.pickle)
    if out.suffix == ".npz":
        save_checkpoint(gan, out)
    else:
        folder = sg.Run(out)
        folder.path.mkdir(parents=True)
        dataset = f"import of {Path(args.pickle).name}"
        folder.describe(gan.config, dataset=dataset, command=shlex.join(sys.argv), minutes=None)
        folder.save(gan)
    side = gan.config.resolution
    print(f"{side}x{side} networks in {out}; pictures as the official generator draws them:")
    print(f"stylegan-tf generate {out} --seeds 0-3 --psi 0.7 --cutoff 8 --scale 1 --out sheet.png")
    return 0

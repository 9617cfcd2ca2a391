"""stylegan-tf import: an official pickle as a run."""

from __future__ import annotations

import shutil

import stylegan_tf as sg
from stylegan_tf.cli.arguments import file_to_read
from stylegan_tf.cli.common import UserError
from stylegan_tf.cli.outputs import run_or_checkpoint
from stylegan_tf.runs.checkpoints import save_checkpoint

HELP = "Turn an official StyleGAN pickle into a run. Nothing in it is executed."
EXAMPLE = "stylegan-tf import karras2019stylegan-ffhq-1024x1024.pkl runs/ffhq"


def add_arguments(parser) -> None:
    parser.add_argument("pickle", type=file_to_read, help="a .pkl file of (G, D, Gs)")
    out = "folder of the run, or a checkpoint file (.npz)"
    parser.add_argument("out", type=run_or_checkpoint, help=out)


def run(args) -> int:
    """Load the networks of a pickle, and save them as a run or a checkpoint."""
    out = args.out
    if out.exists():
        raise UserError(f"{out} exists already; choose another name")
    gan = sg.official.load_stylegan(args.pickle)
    if out.suffix.lower() == ".npz":
        save_checkpoint(gan, out)
    else:
        write_run(gan, out, dataset=f"import of {args.pickle.name}", command=args.typed, minutes=None)
    side = gan.config.resolution
    print(f"{side}x{side} networks in {out}; pictures as the official generator draws them:")
    print(f"stylegan-tf generate {out} --seeds 0-3 --psi 0.7 --cutoff 8 --scale 1 --out sheet.png")
    return 0


def write_run(gan, out, **about) -> None:
    """Make the folder of a run that is trained already, whole or not at all."""
    part = sg.Run(out.with_name(f".{out.name}.part"))
    try:
        part.describe(gan.config, **about)
        part.save(gan)
        part.path.rename(out)
    except BaseException:
        shutil.rmtree(part.path, ignore_errors=True)
        raise

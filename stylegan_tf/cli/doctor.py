"""stylegan-tf doctor: what is in a folder of pictures, and whether training can start."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import stylegan_tf as sg
from stylegan_tf.cli.arguments import whole
from stylegan_tf.figures.layout import grid, resize_pixels

HELP = "Examine a folder of pictures; the exit code is 0 if training can start, else 1."
EXAMPLE = "stylegan-tf doctor photos --resolution 64 --sheet contact.png"


def add_arguments(parser) -> None:
    parser.add_argument("path", help="folder of pictures, with or without sub-folders")
    side = "side to judge (default the largest that 95 %% of the pictures reach)"
    parser.add_argument("--resolution", type=whole, help=side)
    sheet = "save up to 64 pictures as training would see them"
    parser.add_argument("--sheet", metavar="PNG", help=sheet)


def run(args) -> int:
    """Print what is in the folder, and save the sheet; 1 if training can't start on it."""
    report = sg.data.examine(args.path, args.resolution)
    print(report.text(), flush=True)
    if args.sheet and not report.usable:
        print(f"no picture can be used, so {args.sheet} is not written")
    elif args.sheet:
        out = Path(args.sheet)
        out.parent.mkdir(parents=True, exist_ok=True)
        images = report.sheet()
        grid(np.stack([resize_pixels(image) for image in images]), gap=4).save(out)
        print(f"{len(images)} pictures, as training sees them, in {out}")
    return 0 if report.ready else 1

"""stylegan-tf doctor: what is in a folder of pictures, and whether training can start."""

from __future__ import annotations

import numpy as np

import stylegan_tf as sg
from stylegan_tf.cli.arguments import folder_to_read, whole
from stylegan_tf.cli.common import write_picture
from stylegan_tf.cli.outputs import check_not_read, file_to_write
from stylegan_tf.figures.layout import grid, resize_pixels

HELP = "Examine a folder of pictures; the exit code is 0 if training can start, else 1."
EXAMPLE = "stylegan-tf doctor photos --resolution 64 --sheet contact.png"


def add_arguments(parser) -> None:
    parser.add_argument("path", type=folder_to_read, help="folder of pictures, with or without sub-folders")
    side = "side to judge (default the largest that 95 %% of the pictures reach)"
    parser.add_argument("--resolution", type=whole, help=side)
    sheet = "save up to 64 pictures as training would see them"
    parser.add_argument("--sheet", type=file_to_write(".png"), metavar="PNG", help=sheet)


def run(args) -> int:
    """Print what is in the folder, and save the sheet; 1 if training can't start on it."""
    if args.sheet:
        check_not_read([args.sheet], [args.path])
    report = sg.data.examine(args.path, args.resolution)
    print(report.text(), flush=True)
    if args.sheet and not report.usable:
        print(f"no picture can be used, so {args.sheet} is not written")
    elif args.sheet:
        images = report.sheet()
        write_picture(grid(np.stack([resize_pixels(image) for image in images]), gap=4), args.sheet)
        print(f"{len(images)} pictures, as training sees them, in {args.sheet}")
    return 0 if report.ready else 1

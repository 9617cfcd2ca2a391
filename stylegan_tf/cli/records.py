"""stylegan-tf records: a data set as the official TFRecords."""

from __future__ import annotations

import stylegan_tf as sg
from stylegan_tf.cli.arguments import add_data_arguments, whole
from stylegan_tf.cli.common import UserError
from stylegan_tf.cli.outputs import folder_to_write
from stylegan_tf.data.names import NAMES, check_name

HELP = "Write a data set as the official TFRecords; if stopped, it continues."
EXAMPLE = "stylegan-tf records ffhq:ffhq-dataset data/ffhq256 --resolution 256"


def add_arguments(parser) -> None:
    parser.add_argument("dataset", help=NAMES)
    out = "folder to make, which --dataset tfrecords:OUT then reads"
    parser.add_argument("out", type=folder_to_write, help=out)
    add_data_arguments(parser)
    parser.add_argument(
        "--resolution", type=whole, help="side of the largest level (default that of the data)"
    )
    order = "keep the order; by default it is shuffled as the official one"
    parser.add_argument("--in-order", action="store_true", help=order)
    parser.add_argument("--workers", type=whole, help="threads (default one for each processor)")
    restart = "delete what an interrupted call left, and start from nothing"
    parser.add_argument("--restart", action="store_true", help=restart)


def run(args) -> int:
    """Write the records; the same command continues where it was stopped."""
    # A bad argument must show before the data are opened, which may take long.
    check_name(args.dataset)
    if args.out.exists() and any(args.out.iterdir()):
        raise UserError(f"{args.out} holds files already; choose another folder, or move it away")
    side = args.resolution
    if side is not None and (side < 4 or side & (side - 1)):
        raise UserError(f"--resolution {side} is no power of two from 4 on; a level is 4, 8, 16, ...")

    data = sg.data.open_dataset(args.dataset, data_dir=args.data_dir, download=args.download)
    options = dict(
        shuffle=not args.in_order, workers=args.workers, resume=not args.restart, resolution=args.resolution
    )
    out = sg.data.write_tfrecords(data, args.out, **options)
    written = sg.data.TFRecords(out)
    side = written.resolution
    print(f"{len(written):,} pictures from 4x4 to {side}x{side} in {out}; train with")
    print(f"stylegan-tf train --dataset tfrecords:{out} ...")
    return 0


def when_stopped(args) -> str:
    """What is true when the command is stopped."""
    again = " without --restart" if args.restart else ""
    return f"the same command{again} continues from here"

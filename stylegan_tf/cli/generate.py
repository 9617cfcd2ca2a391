"""stylegan-tf generate: a sheet of generated images."""

from __future__ import annotations

import numpy as np
from tqdm.auto import tqdm

import stylegan_tf as sg
from stylegan_tf.cli.arguments import MODEL, finite, model, not_empty, not_negative, whole
from stylegan_tf.cli.common import class_number, parse_seeds, write_picture
from stylegan_tf.cli.outputs import file_to_write
from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.figures.layout import grid
from stylegan_tf.networks.sampling import batches_of, images_of

HELP = "Save a sheet of generated images."
EXAMPLE = "stylegan-tf generate runs/x --seeds 0-99 --psi 0.7 --out sheet.png"


def add_arguments(parser) -> None:
    parser.add_argument("run", type=model, help=MODEL)
    parser.add_argument("--seeds", default="0-99", help="like 0-99 or 3,5,8 (default 0-99)")
    label = "class of all images: its number, or its name in the data (default: the classes in turn)"
    parser.add_argument("--label", type=not_empty, help=label)
    parser.add_argument("--psi", type=finite, default=1.0, help="truncation; 1 is none (default 1)")
    parser.add_argument("--cutoff", type=not_negative, help="number of truncated layers (default all)")
    parser.add_argument("--noise", choices=["fixed", "random", "none"], default="fixed")
    parser.add_argument("--scale", type=whole, default=2, help="enlarge each pixel (default 2)")
    # The two formats that keep every pixel as it is.
    file = file_to_write(".png", ".webp")
    out = "a .png or .webp file (default sheet.png)"
    parser.add_argument("--out", type=file, default="sheet.png", help=out)


def run(args) -> int:
    """Draw images of seeds, and save them as a sheet."""
    # A bad argument must show before anything is drawn.
    seeds = parse_seeds(args.seeds)
    gan = sg.load(args.run)
    label = None
    if args.label is not None:
        label = class_number(args.label, args.run, gan.config)

    # A run that still grows draws at the resolution that it has reached.
    stage = gan.stage()
    side = gan.config.resolution
    if stage:
        reached, alpha = stage["resolution"], stage["alpha"]
        print(f"this run is still growing, at {reached}x{reached} (alpha {alpha:.2f}) of {side}x{side}")

    # The images, batch by batch.
    batches = [seeds[batch.start : batch.stop] for batch in batches_of(len(seeds), side)]
    progress = tqdm(batches, "drawing", disable=None, leave=False)  # shown on a terminal only
    call = dict(label=label, psi=args.psi, cutoff=args.cutoff, noise=args.noise, **stage)
    images = np.concatenate([to_uint8(images_of(gan.ema_generator, batch, **call)) for batch in progress])
    write_picture(grid(images, scale=args.scale), args.out)
    print(f"{len(images)} images in {args.out}")
    return 0

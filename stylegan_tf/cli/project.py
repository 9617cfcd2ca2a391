"""stylegan-tf project: the latents of given pictures."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np

from stylegan_tf import latents
from stylegan_tf.cli.arguments import MODEL, file_to_read, model, not_negative, whole
from stylegan_tf.cli.common import load_finished, write_figure
from stylegan_tf.cli.outputs import check_not_read, folder_to_write
from stylegan_tf.data.folder.picture import read_picture
from stylegan_tf.data.pixels import to_uint8, to_unit_range
from stylegan_tf.editing.encoder import train_encoder
from stylegan_tf.editing.projection import SPACES, nearest, project
from stylegan_tf.figures.layout import resize_pixels
from stylegan_tf.figures.pages import table
from stylegan_tf.files import write_atomically

HELP = "Find the latents that draw given pictures."
EXAMPLE = "stylegan-tf project runs/x seven.png two.png --space w --out projected"


def add_arguments(parser) -> None:
    parser.add_argument("run", type=model, help=MODEL)
    images = "square pictures of what the generator draws"
    parser.add_argument("images", nargs="+", type=file_to_read, metavar="IMAGE", help=images)
    parser.add_argument("--space", choices=SPACES, default="w", help="where to search (default w)")
    parser.add_argument("--steps", type=whole, default=500, help="steps of the search (default 500)")
    starts = (
        "the mean of w (default), the nearest of 1,000 drawn images, "
        "or an encoder's guess (it is trained first: minutes)"
    )
    parser.add_argument("--start", choices=["mean", "nearest", "encoder"], default="mean", help=starts)
    parser.add_argument("--noise-maps", action="store_true", help="search the noise maps too")
    parser.add_argument("--seed", type=not_negative, default=0, help="seed of every random draw (default 0)")
    out = "a folder (default projected)"
    parser.add_argument("--out", type=folder_to_write, default="projected", help=out)


def run(args) -> int:
    """Find the latents of pictures; write projection.png, .npz and .json to the folder --out."""
    # A bad argument must show before anything is loaded.
    files = [args.out / f"projection.{suffix}" for suffix in ("npz", "json", "png")]
    run_file = [path for path in [Path(args.run)] if path.is_file()]
    check_not_read(files, args.images + run_file)
    if args.start == "encoder" and args.space == "z":
        raise ValueError(
            "the encoder guesses w, which is no start for --space z; choose --start mean or nearest"
        )

    # The pictures, as the generator would draw them.
    generator = load_finished(args.run).ema_generator
    side = generator.config.resolution
    channels = generator.config.channels
    pictures = [read_picture(path, side, channels, enlarge=True) for path in args.images]
    images = to_unit_range(np.stack(pictures))  # (N, side, side, channels) in [-1, 1]

    # The search, and how far from the centre of W it ended.
    options = dict(steps=args.steps, noise_maps=args.noise_maps, seed=args.seed, progress=sys.stderr.isatty())
    found = project(generator, images, args.space, start=start_of(args, generator, images), **options)
    distance = latents.mahalanobis(found.ws, latents.sample(generator, 10_000, args.seed)[1])

    # Three files: latents to continue with, numbers, a picture to look at.
    names = [path.name for path in args.images]
    columns = zip(names, found.error, distance, strict=True)
    rows = [{"image": name, "error": float(error), "distance": float(d)} for name, error, d in columns]
    arrays = dict(names=names, ws=found.ws, latents=found.latents, error=found.error, distance=distance)
    if args.noise_maps:
        arrays |= {f"noise{i}": maps for i, maps in enumerate(found.noise)}
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    pairs = zip(images, found.images, strict=True)
    cells = [[resize_pixels(to_uint8(image)) for image in pair] for pair in pairs]
    labels = [
        f"{row['image'][-24:]}\nerror {row['error']:.3f}\ndistance {row['distance']:.1f}" for row in rows
    ]
    figure = table(cells, labels, ["picture", f"found in {args.space}"], "Projection")
    write_atomically(files[0], content.getvalue())
    write_atomically(files[1], json.dumps({"space": args.space, "images": rows}, indent=1).encode())
    write_figure(figure, files[2])

    for row in rows:
        distance = f"{row['distance']:.2f} deviations from the centre of W"
        print(f"{row['image']}: squared error {row['error']:.4f}, {distance}")
    print(f"(w of random z are 1.00 deviations from it) wrote {files[2]}, .npz and .json")
    return 0


def start_of(args, generator, images):
    """Where the search of each image begins: z or w (N, length), or None for the mean of w."""
    if args.start == "nearest":
        z, w = nearest(generator, images, seed=args.seed)[:2]
        return z if args.space == "z" else w
    if args.start == "encoder":
        encoder = train_encoder(generator, seed=args.seed, progress=sys.stderr.isatty())
        return encoder.predict(images, verbose=0)
    return None

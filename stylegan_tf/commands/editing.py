"""stylegan-tf project, edit."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np

from stylegan_tf import latents
from stylegan_tf.commands.common import dataset_of, finished, parse_seeds
from stylegan_tf.data.picture import read_picture
from stylegan_tf.data.pipeline import to_uint8, to_unit_range
from stylegan_tf.editing import Attributes, edit_sheet, reader_of
from stylegan_tf.encoder import train_encoder
from stylegan_tf.files import write_atomically
from stylegan_tf.layout import fit, styles_of, table
from stylegan_tf.projection import nearest
from stylegan_tf.projection import project as find_latents


def project(args) -> int:
    """Find the latents of pictures; write projection.png, projection.npz and projection.json to the folder --out."""
    generator = finished(args.run).ema_generator
    side, channels = generator.config.resolution, generator.config.channels
    images = to_unit_range(np.stack([read_picture(path, side, channels, enlarge=True) for path in args.images]))
    start, progress = None, sys.stderr.isatty()
    if args.start == "nearest":
        start = nearest(generator, images, seed=args.seed)[0 if args.space == "z" else 1]
    elif args.start == "encoder":
        if args.space == "z":
            raise ValueError("the encoder guesses w, which is no start for --space z; choose --start mean or nearest")
        start = train_encoder(generator, seed=args.seed, progress=progress).predict(images, verbose=0)
    options = dict(steps=args.steps, start=start, noise_maps=args.noise_maps, seed=args.seed, progress=progress)
    found = find_latents(generator, images, args.space, **options)
    distance = latents.mahalanobis(found.ws, latents.sample(generator, 10_000, args.seed)[1])
    names = [Path(path).name for path in args.images]
    rows = [
        {"image": name, "error": float(error), "distance": float(d)}
        for name, error, d in zip(names, found.error, distance, strict=True)
    ]
    out = Path(args.out)
    content = io.BytesIO()
    maps = {f"noise{i}": m for i, m in enumerate(found.noise)} if args.noise_maps else {}
    np.savez_compressed(content, names=names, ws=found.ws, latents=found.latents, error=found.error, distance=distance, **maps)
    write_atomically(out / "projection.npz", content.getvalue())
    write_atomically(out / "projection.json", json.dumps({"space": args.space, "images": rows}, indent=1).encode())
    cells = [[fit(to_uint8(image)) for image in pair] for pair in zip(images, found.images, strict=True)]
    labels = [f"{row['image'][-24:]}\nerror {row['error']:.3f}\ndistance {row['distance']:.1f}" for row in rows]
    _write_figure(table(cells, labels, ["picture", f"found in {args.space}"], "Projection"), out / "projection.png")
    for row in rows:
        print(f"{row['image']}: squared error {row['error']:.4f}, {row['distance']:.2f} deviations from the centre of W")
    print(f"(w of random z are 1.00 deviations from it) wrote {out / 'projection.png'}, .npz and .json")
    return 0


def edit(args) -> int:
    """Write a sheet of edits along the direction of an attribute."""
    strengths = parse_strengths(args.strengths)
    layers = parse_seeds(args.layers, "--layers") if args.layers else None
    seeds = None if args.projected else parse_seeds(args.seeds)
    read = reader_of(args.dataset or dataset_of(args.run, required=True))
    generator = finished(args.run).ema_generator
    ws, names = _projected(args.projected, generator) if args.projected else (styles_of(generator, seeds), None)
    print(f"reading {args.samples:,} generated images", flush=True)
    attributes = Attributes(generator, read, args.samples)
    hold = args.hold.split(",") if args.hold else []
    direction = attributes.direction(args.attribute, args.method, hold)
    figure = edit_sheet(generator, ws, direction, strengths, args.attribute, read, names or [f"seed {s}" for s in seeds], layers)
    _write_figure(figure, Path(args.out))
    print(f"{args.attribute} of {len(ws)} images at {len(strengths)} strengths, by {args.method}, in {args.out}")
    return 0


def parse_strengths(text: str) -> list[float]:
    """ "-3:3" -> [-3, -2, ..., 3]; "-3:3:1.5" has steps of 1.5; "-1,0,2" is a list."""
    try:
        if ":" not in text:
            return [float(part) for part in text.split(",")]
        low, high, *step = (float(part) for part in text.split(":"))
        step = step[0] if step else 1.0
        count = int(np.floor((high - low) / step + 1e-9)) + 1
        if not 1 <= count <= 100:
            raise ValueError
        return [float(low + i * step) for i in range(count)]
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"--strengths {text} is not like -3:3, -3:3:0.5 or -2,0,2") from error


def _projected(path, generator):
    try:
        with np.load(path) as file:
            ws, names = file["ws"], [str(name)[-24:] for name in file["names"]]
            if "noise0" in file:
                print(f"{path} has noise maps of its own; the edits are drawn with the stored noise instead")
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"{path} is no projection; stylegan-tf project writes projection.npz") from error
    wanted = (generator.config.num_layers, generator.config.w_dim)
    if ws.shape[1:] != wanted:
        raise ValueError(f"{path} holds styles of shape {ws.shape[1:]}; this generator wants {wanted}: project with the same run")
    return ws, names


def _write_figure(figure, path):
    content = io.BytesIO()
    figure.savefig(content, format="png")
    write_atomically(path, content.getvalue())

"""stylegan-tf records, doctor, import: what others made, made ready."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import numpy as np

import stylegan_tf as sg
from stylegan_tf.checkpoints import save_checkpoint
from stylegan_tf.commands.common import UserError
from stylegan_tf.layout import fit, grid


def records(args) -> int:
    data = sg.data.open_dataset(args.dataset, data_dir=args.data_dir, download=args.download)
    options = dict(shuffle=not args.in_order, workers=args.workers, resume=not args.restart, resolution=args.resolution)
    try:
        out = sg.data.write_tfrecords(data, args.out, **options)
    except KeyboardInterrupt:
        print("stopped; the same command goes on where it was", file=sys.stderr)
        return 130
    written = sg.data.TFRecords(out)
    print(f"{len(written):,} pictures from 4x4 to {written.resolution}x{written.resolution} in {out}; train with")
    print(f"stylegan-tf train --dataset tfrecords:{out} ...")
    return 0


def doctor(args) -> int:
    report = sg.data.examine(args.path, args.resolution)
    print(report.text(), flush=True)
    if args.sheet and not report.usable:
        print(f"no picture can be used, so {args.sheet} is not written")
    elif args.sheet:
        out = Path(args.sheet)
        out.parent.mkdir(parents=True, exist_ok=True)
        images = report.sheet()
        grid(np.stack([fit(image) for image in images]), gap=4).save(out)
        print(f"{len(images)} pictures, as training sees them, in {out}")
    return 0 if report.ready else 1


def import_official(args) -> int:
    out = Path(args.out)
    if out.exists():
        raise UserError(f"{out} exists already; choose another name")
    gan = sg.official.load_stylegan(args.pickle)
    if out.suffix == ".npz":
        save_checkpoint(gan, out)
    else:
        run = sg.Run(out)
        run.path.mkdir(parents=True)
        run.describe(gan.config, dataset=f"import of {Path(args.pickle).name}", command=shlex.join(sys.argv), minutes=None)
        run.save(gan)
    side = gan.config.resolution
    print(f"{side}x{side} networks in {out}; pictures as the official generator draws them:")
    print(f"stylegan-tf generate {out} --seeds 0-3 --psi 0.7 --cutoff 8 --scale 1 --out sheet.png")
    return 0

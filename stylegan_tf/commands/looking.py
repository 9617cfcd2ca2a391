"""stylegan-tf generate, figures, evaluate, info: what a trained network draws, and how good it is."""

from __future__ import annotations

import dataclasses
import json
import shlex
import sys
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

import stylegan_tf as sg
from stylegan_tf import evaluation, paper
from stylegan_tf.cheat_sheet import cheat_sheet
from stylegan_tf.commands.common import UserError, dataset_of, finished, parse_seeds
from stylegan_tf.data.pipeline import to_uint8
from stylegan_tf.evaluation_figure import evaluation_figure
from stylegan_tf.files import write_atomically
from stylegan_tf.layout import grid, images_of, parts
from stylegan_tf.report import write_report
from stylegan_tf.runs import versions


def generate(args) -> int:
    seeds, out = parse_seeds(args.seeds), Path(args.out)
    if out.suffix.lower() not in (".png", ".webp"):
        raise UserError(f"--out {out} does not end in .png or .webp, the formats that keep every pixel as it is")
    gan = sg.load(args.run)
    stage, config = gan.stage(), gan.config
    if stage:
        side, alpha = stage["resolution"], stage["alpha"]
        print(f"this run is still growing, at {side}x{side} (alpha {alpha:.2f}) of {config.resolution}x{config.resolution}")
    call = dict(psi=args.psi, cutoff=args.cutoff, noise=args.noise, **stage)
    batches = [seeds[part.start : part.stop] for part in parts(config, len(seeds))]
    progress = tqdm(batches, "drawing", disable=None, leave=False)  # shown on a terminal only
    images = np.concatenate([to_uint8(images_of(gan.ema_generator, batch, **call)) for batch in progress])
    out.parent.mkdir(parents=True, exist_ok=True)
    grid(images, scale=args.scale).save(out, lossless=True)
    print(f"{len(images)} images in {out}")
    return 0


def figures(args) -> int:
    if args.paper:
        for path in paper.write_figures(sg.load(args.run).grown(), Path(args.run) / "figures"):
            print(f"wrote {path}", flush=True)
        return 0
    print(f"wrote {write_report(sg.Run(args.run).path)}")
    return 0


def evaluate(args) -> int:
    gan = finished(args.run)
    dataset = args.dataset or dataset_of(args.run, required=True)
    judge = evaluation.judge_of(dataset)
    wanted = dict(resolution=gan.config.resolution, channels=gan.config.channels)
    data = sg.data.open_dataset(dataset, data_dir=args.data_dir, download=args.download, **wanted)
    options = dict(samples=args.samples, seed=args.seed, floors=args.floors, cache=args.cache, progress=sys.stderr.isatty())
    result = evaluation.evaluate(gan.ema_generator, data, judge, args.metrics.split(","), **options)
    about = dict(run=args.run, dataset=dataset, command=shlex.join(sys.argv), versions=versions())
    out = Path(args.out)
    write_atomically(out, json.dumps({**about, **result}, indent=1).encode())
    picture = out.with_suffix(".png")
    evaluation_figure(result).savefig(picture)
    print(f"{evaluation.table(result)}\nwrote {out} and {picture}")
    return 0


def info(args) -> int:
    if args.cheat_sheet:
        if not (args.run or args.preset):
            raise UserError("a cheat sheet is drawn for sizes: name a run or a --preset, such as --preset ffhq1024")
        out = Path(args.cheat_sheet)
        out.parent.mkdir(parents=True, exist_ok=True)
        cheat_sheet(sg.Run(args.run).config if args.run else sg.preset(args.preset)).savefig(out)
        print(f"the architecture on a page in {out}")
        return 0
    if args.run:
        run = sg.Run(args.run)
        info, rows = run.info, run.history()
        print(f"{run.path}: {info['dataset']}, made by: {info['command']}")
        default = sg.Config()
        for field in dataclasses.fields(run.config):
            value = getattr(run.config, field.name)
            if value != getattr(default, field.name):
                print(f"  {field.name} = {value}")
        if rows:
            print("  last tick: " + ", ".join(f"{k} {v:.4g}" for k, v in rows[-1].items()))
        print(sg.Schedule(run.config))
    elif args.preset:
        gan = sg.StyleGAN(sg.preset(args.preset))
        gan.summary()
        print(gan.schedule)
    else:
        for name, config in sg.PRESETS.items():
            print(f"{name:12} {config.resolution}x{config.resolution}x{config.channels}, {config.total_kimg:g} kimg")
    return 0

"""What each command of ``stylegan-tf`` does; ``args`` are as cli.py parses them. Each returns an exit code."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

import stylegan_tf as sg
from stylegan_tf import cost
from stylegan_tf.callbacks import Diagnostics, SaveRun, TensorBoardLog
from stylegan_tf.fitting import check_data, plan
from stylegan_tf.growing import scaled
from stylegan_tf.layout import grid, images_of
from stylegan_tf.report import write_report


class UserError(Exception):
    """Something that the user can mend: printed as one sentence, exit code 2."""


def parse_settings(pairs: list[str]) -> dict:
    """["field=value", ...] -> {field: value}; values are read as JSON where they are JSON, else as text."""
    settings = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise ValueError(f"--set {pair} has no '='; write field=value")
        try:
            settings[name] = json.loads(text)
        except json.JSONDecodeError:
            settings[name] = {"True": True, "False": False}.get(text, text)
    return settings


def parse_seeds(text: str, option: str = "--seeds") -> list[int]:
    """ "0-3,7" -> [0, 1, 2, 3, 7]; ``option`` is named in errors."""
    seeds = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise ValueError(f"{option} {text} is not like 0-99 or 3,5,8")
        seeds += range(int(first), int(last if dash else first) + 1)
    if not 0 < len(seeds) <= 10_000:
        raise ValueError(f"{option} {text} names {len(seeds)}; give 1 to 10,000")
    return seeds


def train(args) -> int:
    started = time.perf_counter()
    settings = parse_settings(args.set)
    settings |= {} if args.seed is None else {"seed": args.seed}
    config = sg.preset(args.preset).replace(**settings)
    config = scaled(config, args.kimg) if args.kimg else config
    if args.dry_run:
        return _dry_run(config, args)
    data = sg.data.open_dataset(args.dataset, data_dir=args.data_dir, download=args.download)
    run, gan = sg.Run(args.out), sg.StyleGAN(config)
    check_data(gan, data)
    gan.compile()
    history = None
    if run.checkpoints() or (run.path / "config.json").exists():
        if not args.resume:
            raise UserError(f"{run.path} holds a run already; add --resume to go on with it, or choose another --out")
        _check_same_run(run, config, args)
        history = run.resume(gan)
        if history is not None:
            print(f"resumed at {gan.progress.images / 1000:.1f} kimg", flush=True)
    asked = dict(dataset=args.dataset, command=shlex.join(sys.argv), minutes=args.minutes, asked=config.to_dict())
    run.path.mkdir(parents=True, exist_ok=True)
    if args.minutes and gan.progress.minutes is None:
        plan(gan, data, args.minutes, started=started)
        run.save(gan)  # so that a run that is killed from here on keeps its plan
    else:
        print(gan.schedule, flush=True)
    run.describe(gan.config, **asked)
    callbacks = [Diagnostics(), SaveRun(run, history)]
    if _has_tensorboard():
        callbacks.append(TensorBoardLog(run.path / "tensorboard"))
    verbose = 2 if args.quiet or not sys.stderr.isatty() else 1
    try:
        gan.fit(data, callbacks=callbacks, verbose=verbose)
    except FloatingPointError as error:
        last = run.checkpoints()
        where = f"the last good checkpoint is {last[-1]}" if last else "there is no checkpoint yet"
        raise FloatingPointError(f"{error}; {where}") from error
    print(f"done: {gan.progress.images / 1000:.1f} kimg in {gan.progress.seconds / 60:.1f} minutes, in {run.path}", flush=True)
    return 0


def _check_same_run(run, config, args):
    """--resume must find the run that the command describes."""
    info = run.info
    before, now = sg.Config.from_dict(info.get("asked", info["config"])).to_dict(), config.to_dict()
    changed = [name for name, value in now.items() if before.get(name) != value]
    changed += [name for name in ("dataset", "minutes") if info.get(name) != getattr(args, name)]
    if changed:
        names = ", ".join(changed)
        raise UserError(f"{run.path} was started with other settings ({names}); repeat its command, or choose another --out")


def _has_tensorboard():
    return importlib.util.find_spec("tensorboard") is not None


def _dry_run(config, args) -> int:
    schedule = sg.Schedule(config)
    print(schedule)
    if args.minutes:
        print(f"(--minutes {args.minutes:g} measures the speed first, and then sets the kimg)")
    for name, count in cost.parameters(config).items():
        print(f"{name:14} {count:>12,} parameters")
    for r in schedule.resolutions:
        batch = config.batch_size_at(r)
        flops = cost.step_flops(config, r) * batch / 1e9
        print(f"{r}x{r}: batch {batch}, {flops:.1f} GFLOP a step, about {cost.memory(config, r, batch) / 1e9:.2f} GB of memory")
    return 0


def generate(args) -> int:
    seeds = parse_seeds(args.seeds)
    gan = sg.load(args.run)
    stage, config = gan.stage(), gan.config
    if stage:
        side, alpha = stage["resolution"], stage["alpha"]
        print(f"this run is still growing, at {side}x{side} (alpha {alpha:.2f}) of {config.resolution}x{config.resolution}")
    call = dict(psi=args.psi, cutoff=args.cutoff, noise=args.noise, **stage)
    images = images_of(gan.ema_generator, seeds, **call)
    out = Path(args.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    grid(images, scale=args.scale).save(out)
    print(f"{len(images)} images in {out}")
    return 0


def figures(args) -> int:
    print(f"wrote {write_report(sg.Run(args.run).path)}")
    return 0


def info(args) -> int:
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


def demo(args) -> int:
    settings = dict(preset="mnist32", dataset="digits", minutes=args.minutes, seed=args.seed, kimg=None, set=[])
    options = dict(data_dir=None, download=False, resume=True, dry_run=False, quiet=False, out=args.out)
    train(argparse.Namespace(**settings, **options))
    print("judging 10,000 generated digits and drawing the figures", flush=True)
    run = sg.Run(args.out)
    scores = sg.metrics.judge_digits(sg.load(args.out).ema_generator, test=_mnist_test_set())
    report = write_report(run.path, scores)
    print(f"FID {scores['fid']:.2f} (two halves of the real digits: {scores['fid_real_halves']:.2f})")
    print(f"open {report}")
    return 0


def _mnist_test_set():
    """MNIST's test digits, where tensorflow-datasets has prepared them; nothing is downloaded."""
    try:
        return sg.data.load_tfds("mnist", split="test")
    except (ImportError, FileNotFoundError):
        return None


def lab(args) -> int:
    return subprocess.call([sys.executable, "-m", "jupyter", "lab", "notebooks"])

"""stylegan-tf train, demo."""

from __future__ import annotations

import argparse
import importlib.util
import math
import shlex
import sys
import time

import tensorflow as tf

import stylegan_tf as sg
from stylegan_tf import cost, distribution, memory
from stylegan_tf.callbacks import Diagnostics, SaveRun, TensorBoardLog
from stylegan_tf.commands.argument_types import model
from stylegan_tf.commands.common import UserError, parse_settings
from stylegan_tf.fitting import check_data, check_parts, plan
from stylegan_tf.growing import scaled
from stylegan_tf.report import write_report

ONLY_OF_TRAIN = dict(init=None, gpus=None, devices=None, slurm=False, precision=None, xla=False)  # of the arguments of train


def train(args) -> int:
    started = time.perf_counter()
    run = sg.Run(args.out)
    sg.data.check_name(args.dataset)
    if args.dry_run:
        return _dry_run(_config(args, run, args.gpus or len(args.devices or [])), args)
    strategy = distribution.strategy_for(args.gpus, args.devices, args.slurm)  # before TensorFlow computes anything
    replicas, chief = distribution.replicas(strategy), distribution.is_chief(strategy)
    config = _config(args, run, replicas if args.gpus or replicas > 1 else 0)
    wanted = dict(resolution=config.resolution, channels=config.channels)
    data = sg.data.open_dataset(args.dataset, args.data_dir, args.download, **wanted)
    with strategy.scope():
        gan = sg.StyleGAN(config)
    check_data(gan, data)
    check_parts(gan)
    gan.compile(jit_compile=args.xla)
    if chief and _begun(run):
        if not args.resume:
            raise UserError(f"{run.path} holds a run already; add --resume to go on with it, or choose another --out")
        _check_same_run(run, config, args)
    history = run.resume(gan)
    if history is None and args.init:
        _start_from(gan, args)
    if history is not None:
        print(f"resumed at {gan.progress.images / 1000:.1f} kimg", flush=True)
    asked = dict(dataset=args.dataset, command=shlex.join(sys.argv), minutes=args.minutes, init=args.init, asked=config.to_dict())
    if args.minutes and gan.progress.minutes is None:
        plan(gan, data, args.minutes, started=started)
        run.save(gan)  # so that a run that is killed from here on keeps its plan
    elif chief:
        print(gan.schedule, flush=True)
    if chief:
        run.describe(gan.config, **asked, replicas=replicas)
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
    except (tf.errors.UnavailableError, tf.errors.AbortedError) as error:
        raise ConnectionError("a worker was lost; start all of them again with the same commands and --resume") from error
    print(f"done: {gan.progress.images / 1000:.1f} kimg in {gan.progress.seconds / 60:.1f} minutes, in {run.path}", flush=True)
    return 0


def _start_from(gan, args):
    if args.minutes:
        raise UserError(
            "--minutes shares the time among all stages, and --init skips those that are trained; give --kimg instead"
        )
    gan.start_from(sg.load(model(args.init)))
    print(f"started from {args.init}, at {gan.progress.images / 1000:.1f} kimg of the schedule", flush=True)


def _begun(run) -> bool:
    return bool(run.checkpoints()) or (run.path / "config.json").exists()


def _config(args, run, devices: int) -> sg.Config:
    """What the arguments say; an ffhq preset takes the official batch sizes for so many devices, if any are asked for.

    A run that goes on keeps those that it began with, on however many devices.
    """
    settings = parse_settings(args.set)
    settings |= {} if args.seed is None else {"seed": args.seed}
    settings |= {} if args.precision is None else {"precision": args.precision}
    config = sg.preset(args.preset)
    if args.preset.startswith("ffhq") and devices and "batch_sizes" not in settings:
        begun = args.resume and _begun(run)
        settings["batch_sizes"] = run.config.batch_sizes if begun else sg.official_batch_sizes(devices)
    config = config.replace(**settings)
    return scaled(config, args.kimg) if args.kimg else config


def _check_same_run(run, config, args):
    """--resume must find the run that the command describes."""
    info = run.info
    before, now = sg.Config.from_dict(info.get("asked", info["config"])).to_dict(), config.to_dict()
    changed = [name for name, value in now.items() if before.get(name) != value]
    changed += [name for name in ("dataset", "minutes", "init") if info.get(name) != getattr(args, name)]
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
    devices = args.gpus or len(args.devices or []) or 1
    for r in schedule.resolutions:
        batch = config.batch_size_at(r)
        flops, once = cost.step_flops(config, r) * batch / 1e9, math.ceil(batch / (devices * config.parts_at(r)))
        print(f"{r}x{r}: batch {batch}, {flops:.1f} GFLOP a step, about {memory.host(config, r, once) / 1e9:.2f} GB of memory")
    return 0


def demo(args) -> int:
    length = dict(minutes=None if args.kimg else args.minutes, kimg=args.kimg)
    settings = dict(preset="mnist32", dataset="digits", seed=args.seed, set=[], **length)
    options = dict(data_dir=None, download=False, resume=True, dry_run=False, quiet=False, out=args.out)
    train(argparse.Namespace(**settings, **options, **ONLY_OF_TRAIN))
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

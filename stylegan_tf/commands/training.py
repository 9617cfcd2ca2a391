"""stylegan-tf train, demo, lab."""

from __future__ import annotations

import argparse
import importlib.util
import shlex
import subprocess
import sys
import time

import stylegan_tf as sg
from stylegan_tf import cost, memory
from stylegan_tf.callbacks import Diagnostics, SaveRun, TensorBoardLog
from stylegan_tf.commands.common import UserError, parse_settings
from stylegan_tf.fitting import check_data, plan
from stylegan_tf.growing import scaled
from stylegan_tf.report import write_report


def train(args) -> int:
    started = time.perf_counter()
    settings = parse_settings(args.set)
    settings |= {} if args.seed is None else {"seed": args.seed}
    config = sg.preset(args.preset).replace(**settings)
    config = scaled(config, args.kimg) if args.kimg else config
    sg.data.check_name(args.dataset)
    if args.dry_run:
        return _dry_run(config, args)
    wanted = dict(resolution=config.resolution, channels=config.channels)
    data = sg.data.open_dataset(args.dataset, args.data_dir, args.download, **wanted)
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
        print(f"{r}x{r}: batch {batch}, {flops:.1f} GFLOP a step, about {memory.host(config, r, batch) / 1e9:.2f} GB of memory")
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

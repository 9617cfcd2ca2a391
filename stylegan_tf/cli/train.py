"""stylegan-tf train: train a StyleGAN into a folder."""

from __future__ import annotations

import math
import sys

import stylegan_tf as sg
from stylegan_tf.cli.arguments import (
    add_data_arguments,
    add_settings_argument,
    devices,
    not_empty,
    not_negative,
    parse_settings,
    positive,
    whole,
)
from stylegan_tf.cli.outputs import check_not_read, folder_to_write, pictures_of
from stylegan_tf.data.names import NAMES, check_name, count_classes
from stylegan_tf.planning import cost, memory
from stylegan_tf.runs.train import train_run
from stylegan_tf.training import distribution
from stylegan_tf.training.schedule import scaled

HELP = "Train a StyleGAN."
EXAMPLE = "stylegan-tf train --preset mnist32 --dataset digits --out runs/x --minutes 10"


def add_arguments(parser) -> None:
    parser.add_argument("--preset", default="mnist32", help="starting configuration (default mnist32)")
    parser.add_argument("--dataset", default="digits", help=f"{NAMES} (default digits)")
    add_data_arguments(parser, keeps="; also keeps drawn or decoded pictures")
    parser.add_argument("--out", type=folder_to_write, required=True, help="folder of the run")
    labels = "make the classes of the data labels: the network draws the class that it is asked for"
    parser.add_argument("--labels", action="store_true", help=labels)
    start = "start from a trained one: a run, a file, or the name of a shipped model"
    parser.add_argument("--init", type=not_empty, metavar="MODEL", help=start)
    frozen = "layers of that model that shall not learn: mapping, G:4,8 or D:16,32 (may be given again)"
    parser.add_argument("--freeze", action="append", type=not_empty, metavar="LAYERS", help=frozen)

    held = "pictures, drawn by lot, that never train: D's scores of them show whether it learns by heart"
    parser.add_argument("--hold-out", type=whole, metavar="N", help=held)

    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=positive, help="time box: measure this machine, plan, stop on time")
    length.add_argument(
        "--kimg", type=positive, help="thousands of images; the preset's schedule is scaled to it"
    )
    parser.add_argument("--seed", type=not_negative, help="seed of every random draw (default the preset's)")
    add_settings_argument(parser)
    go_on = "continue from the last checkpoint, if there is one; --set may change learning rates and R1"
    parser.add_argument("--resume", action="store_true", help=go_on)
    parser.add_argument(
        "--dry-run", action="store_true", help="print plan, parameters and memory; train nothing"
    )

    where = parser.add_mutually_exclusive_group()
    gpus = "GPUs of this machine; ffhq presets take the official batch sizes"
    where.add_argument("--gpus", type=whole, metavar="N", help=gpus)
    names = "such as gpu:0,gpu:2, or cpu:0,cpu:1 to try it without GPUs"
    where.add_argument("--devices", type=devices, metavar="NAMES", help=names)
    slurm = "the tasks of a Slurm job train together (as with TF_CONFIG)"
    parser.add_argument("--slurm", action="store_true", help=slurm)
    precisions = ["float32", "float16", "bfloat16"]
    parser.add_argument("--precision", choices=precisions, help="of the networks (default the preset's)")
    parser.add_argument("--xla", action="store_true", help="compile each step with XLA (one device)")
    parser.add_argument("--quiet", action="store_true", help="a line per tick instead of a progress bar")


def run(args) -> int:
    """Train, or print what would be trained."""
    folder = sg.Run(args.out)
    check_name(args.dataset)
    check_not_read([args.out], pictures_of(args.dataset))
    if args.dry_run:
        devices_asked_for = args.gpus or len(args.devices or [])
        return print_dry_run(config_of(args, folder, devices_asked_for), args.minutes, devices_asked_for or 1)

    # The devices. TensorFlow must know them before it computes anything.
    strategy = distribution.strategy_for(args.gpus, args.devices, args.slurm)
    replicas = distribution.replicas(strategy)
    train_run(
        folder,
        config_of(args, folder, replicas if args.gpus or replicas > 1 else 0),
        args.dataset,
        minutes=args.minutes,
        init=args.init,
        resume=args.resume,
        hold_out=args.hold_out,
        data_dir=args.data_dir,
        download=args.download,
        strategy=strategy,
        jit_compile=args.xla,
        verbose=2 if args.quiet or not sys.stderr.isatty() else 1,
        command=args.typed,
    )
    return 0


def when_stopped(args) -> str:
    """What is true when the command is stopped."""
    if args.dry_run:
        return "nothing was trained"
    again = args.typed if args.resume else f"{args.typed} --resume"
    return f"go on with: {again}"


def config_of(args, folder: sg.Run, devices_asked_for: int) -> sg.Config:
    """What the arguments say.

    An ffhq preset takes the official batch sizes for a number of devices, if one is asked for. A run that
    continues keeps the batch sizes that it began with, on however many devices.

    Args:
        devices_asked_for: their number; 0 if the arguments do not ask for any.
    """
    settings = parse_settings(args.set)
    if args.seed is not None:
        settings["seed"] = args.seed
    if args.precision is not None:
        settings["precision"] = args.precision
    if args.labels:
        settings["label_dim"] = count_classes(args.dataset, args.data_dir, args.download)
    if args.freeze:
        if not args.init:
            raise ValueError("--freeze keeps the weights of a trained model; name it with --init")
        settings["freeze"] = " ".join(args.freeze)
    if args.preset.startswith("ffhq") and devices_asked_for and "batch_sizes" not in settings:
        continues = args.resume and folder.has_begun()
        if continues:
            settings["batch_sizes"] = folder.config.batch_sizes
        else:
            settings["batch_sizes"] = sg.official_batch_sizes(devices_asked_for)
    config = sg.preset(args.preset).replace(**settings)
    return scaled(config, args.kimg) if args.kimg else config


def print_dry_run(config: sg.Config, minutes: float | None, device_count: int) -> int:
    """Print the schedule, the sizes of the networks and the memory of each stage."""
    schedule = sg.Schedule(config)
    print(schedule)
    if minutes:
        print(f"(--minutes {minutes:g} measures the speed first, and then sets the kimg)")
    for name, count in cost.parameters(config).items():
        print(f"{name:14} {count:>12,} parameters")
    for r in schedule.resolutions:
        batch = config.batch_size_at(r)
        at_once = math.ceil(batch / (device_count * config.parts_at(r)))
        gigaflops = cost.step_flops(config, r) * batch / 1e9
        gigabytes = memory.host(config, r, at_once) / 1e9
        print(f"{r}x{r}: batch {batch}, {gigaflops:.1f} GFLOP a step, about {gigabytes:.2f} GB of memory")
    return 0

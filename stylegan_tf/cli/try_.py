"""stylegan-tf try: from a folder of pictures to a trained generator and a report, in one command."""

from __future__ import annotations

import shlex
import sys

import stylegan_tf as sg
from stylegan_tf.cli.arguments import folder_to_read, not_empty, not_negative, positive
from stylegan_tf.cli.common import UserError
from stylegan_tf.cli.outputs import check_not_read, folder_to_write
from stylegan_tf.data.folder.dataset import STRETCHED
from stylegan_tf.runs.proposal import propose
from stylegan_tf.runs.report import training_pictures, write_report
from stylegan_tf.runs.shipped import shipped_or_path
from stylegan_tf.runs.train import train_run
from stylegan_tf.training.schedule import scaled
from stylegan_tf.training.time_box import measure_speed

HELP = "From a folder of pictures to a generator: examine, propose, ask, train, report."
EXAMPLE = "stylegan-tf try photos --minutes 60 --out runs/photos"

# Of the measured speed: samples, checkpoints and the diagnostics of each tick take time as well.
SHARE_FOR_TRAINING = 0.9


def add_arguments(parser) -> None:
    parser.add_argument(
        "path", type=folder_to_read, metavar="folder", help="pictures, with or without sub-folders"
    )
    out = "folder of the run (default runs/own)"
    parser.add_argument("--out", type=folder_to_write, default="runs/own", help=out)
    time = "minutes of training (default 60); from 120 on, 64x64 is proposed instead of 32x32"
    parser.add_argument("--minutes", type=positive, default=60.0, help=time)
    parser.add_argument("--yes", action="store_true", help="train without asking")
    parser.add_argument("--seed", type=not_negative, default=0)

    # What the proposal would decide.
    labels = parser.add_mutually_exclusive_group()
    with_labels = "make the classes labels (default: if each has 50 pictures or more)"
    labels.add_argument("--labels", dest="labels", action="store_true", default=None, help=with_labels)
    labels.add_argument("--no-labels", dest="labels", action="store_false", help="leave the classes alone")
    kinds = ["none", "fixed", "ada"]
    augment = "of what the discriminator sees (default ada for fewer than 20,000 pictures)"
    parser.add_argument("--augment", choices=kinds, help=augment)
    start = "a model to start from, or the word nothing (default: a shipped model of the same size)"
    parser.add_argument("--init", type=not_empty, metavar="MODEL", help=start)


def run(args) -> int:
    """Examine, propose, ask, train, report; a run that was stopped goes on."""
    check_not_read([args.out], [args.path])
    folder = sg.Run(args.out)
    if folder.has_begun():
        return go_on(args, folder)

    # 1. Examine.
    print(f"1. stylegan-tf doctor {shlex.quote(str(args.path))}\n", flush=True)
    report = sg.data.examine(args.path)
    print(report.text(), flush=True)
    if not report.ready:
        return 1

    # 2. Propose, with the speed of this machine.
    proposal = propose(report, args.minutes, labels=args.labels, augment=args.augment, start=args.init)
    config, length = planned(proposal, args)
    print("\n2. The proposal\n")
    for what, why in proposal.reasons:
        print(f"   {what}: {why}")
    print(f"   {args.minutes:g} minutes of training, then a minute or two for the report")
    print(f"\n   The same as commands of their own:\n   {proposal.train_command(args.out, length)}")
    print(f"   stylegan-tf figures {shlex.quote(str(args.out))}\n", flush=True)

    # 3. Ask.
    if not args.yes and not is_wanted():
        print("nothing was trained")
        return 0

    # 4. Train, 5. report.
    minutes = None if proposal.init else args.minutes
    return train_and_report(args, folder, config, proposal.dataset, minutes, proposal.init, proposal.hold_out)


def planned(proposal, args) -> tuple[sg.Config, str]:
    """The Config of a proposal, and its length as an option of ``train``.

    From nothing, training has a time box. From a trained model it has as many images as the minutes allow at
    the measured speed, since the stages before are skipped.
    """
    config = proposal.config(args.seed)
    if not proposal.init:
        return config, f"--minutes {args.minutes:g}"
    data = sg.data.open_dataset(proposal.dataset, resolution=config.resolution, channels=config.channels)
    gan = sg.StyleGAN(config)
    gan.compile()
    print("measuring how fast this machine trains", flush=True)
    speed = measure_speed(gan, data)[config.resolution]
    trained = SHARE_FOR_TRAINING * 60 * args.minutes * speed / 1000  # kimg
    print(
        f"{speed:.0f} images a second, so {trained:.1f} thousand images in {args.minutes:g} minutes",
        flush=True,
    )

    # A start that still has to grow skips the stages of the schedule that it has behind it.
    gan.start_from(sg.load(shipped_or_path(proposal.init)))
    share_behind = gan.progress.images / (1000 * config.total_kimg)
    kimg = round(trained / (1 - share_behind), 1)
    return scaled(config, kimg), f"--kimg {kimg:g}"


def is_wanted() -> bool:
    """Whether the person at the terminal wants to train.

    Raises:
        UserError: if nobody can be asked.
    """
    if not sys.stdin.isatty():
        raise UserError("nobody can answer here whether to train; add --yes to train without a question")
    return input("   Train now? [Y/n] ").strip().lower() in ("", "y", "yes")


def go_on(args, folder) -> int:
    """Continue a run that an earlier call of the same command has begun."""
    info = folder.info
    dataset = f"folder:{args.path}"
    if info["dataset"].removesuffix(STRETCHED) != dataset:
        raise UserError(
            f"{folder.path} holds a run of {info['dataset']}, not of {dataset}; choose another --out"
        )
    config = sg.Config.from_dict(info.get("asked", info["config"]))
    print(f"{folder.path} holds a run of {info['dataset']}: it goes on as it began", flush=True)
    return train_and_report(
        args, folder, config, info["dataset"], info["minutes"], info["init"], info["hold_out"]
    )


def train_and_report(args, folder, config, dataset, minutes, init, hold_out) -> int:
    """Train to the end, and write the report with the pictures that it learned from."""
    train_run(
        folder,
        config,
        dataset,
        minutes=minutes,
        init=init,
        resume=True,
        hold_out=hold_out,
        verbose=1 if sys.stderr.isatty() else 2,
        command=args.typed,
    )
    print("writing the report", flush=True)
    print(f"open {write_report(folder.path, data=training_pictures(folder))}")
    return 0


def when_stopped(args) -> str:
    """What is true when the command is stopped."""
    if sg.Run(args.out).has_begun():
        return f"the same command continues from here: {args.typed}"
    return "nothing was trained"

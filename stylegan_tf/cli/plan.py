"""stylegan-tf plan: memory and days of a training run before it begins."""

from __future__ import annotations

import stylegan_tf as sg
from stylegan_tf.cli.arguments import add_settings_argument, gigabytes, parse_settings, positive, whole
from stylegan_tf.planning import cost
from stylegan_tf.planning.plan import PUBLISHED, given, measured, plan
from stylegan_tf.training.schedule import scaled

HELP = "Memory and days of a training run before it begins; the exit code is 1 if it does not fit."
EXAMPLE = "stylegan-tf plan --preset ffhq256 --gpus 4 --gpu-memory 24GB"


def add_arguments(parser) -> None:
    parser.add_argument("--preset", default="ffhq1024", help="configuration to plan (default ffhq1024)")
    parser.add_argument("--gpus", type=whole, default=1, help="equal GPUs (default 1)")
    memory = "of each, like 24GB: also gives the largest batch"
    parser.add_argument("--gpu-memory", type=gigabytes, help=memory)
    batch = "images per GPU and step (default the official ones for this number of GPUs)"
    parser.add_argument("--batch", type=whole, help=batch)
    speed = parser.add_mutually_exclusive_group()
    tflops = "TFLOP/s of a GPU (default: V100s, fitted to the published times)"
    speed.add_argument("--tflops", type=positive, help=tflops)
    here = "measure this machine on the stage 16x16 of this network"
    speed.add_argument("--measure", action="store_true", help=here)
    parser.add_argument(
        "--kimg", type=positive, help="thousands of images; the preset's schedule is scaled to it"
    )
    add_settings_argument(parser)


def run(args) -> int:
    """Print parameters, the plan, and the published times; 1 if a stage does not fit the memory."""
    # The Config, and the speed of a GPU.
    config = sg.preset(args.preset).replace(**parse_settings(args.set))
    if args.kimg:
        config = scaled(config, args.kimg)
    speed = None
    if args.measure:
        speed = measured(config)
    elif args.tflops:
        speed = given(args.tflops)

    # The plan.
    found = plan(config, args.gpus, args.gpu_memory, args.batch, speed)

    sizes = cost.parameters(config)
    print("parameters: " + ", ".join(f"{name} {count:,}" for name, count in sizes.items()))
    print(found)
    if config.replace(seed=0) == sg.preset(args.preset):
        print_published(config.resolution, args.preset)

    # Does every stage fit?
    if found.fits:
        return 0
    too_large = [
        f"{stage.resolution}x{stage.resolution} holds {stage.largest_batch} of {stage.batch_per_gpu}"
        for stage in found.stages
        if not stage.fits
    ]
    memory = f"{args.gpu_memory / 1e9:g} GB"
    print(f"{memory} are too little: {', '.join(too_large)} images per GPU; give a smaller --batch or preset")
    return 1


def print_published(resolution: int, preset: str) -> None:
    """Print the official code's own times at this resolution, each with what the fit says for it."""
    days = {gpus: hours / 24 for (r, gpus), hours in PUBLISHED.items() if r == resolution}
    if not days:
        return
    parts = []
    for gpus, published in days.items():
        fitted = plan(sg.preset(preset), gpus).days
        parts.append(f"{gpus} GPU{'s' * (gpus > 1)} {published:.1f} ({fitted:.1f})")
    print("published for the official code on V100s, days (and by the fit): " + ", ".join(parts))

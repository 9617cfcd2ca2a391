"""stylegan-tf plan."""

from __future__ import annotations

import re

import stylegan_tf as sg
from stylegan_tf import cost, planning
from stylegan_tf.commands.common import parse_settings
from stylegan_tf.growing import scaled

UNITS = {"": 1e9, "GB": 1e9, "GIB": 2**30, "MB": 1e6, "MIB": 2**20}


def plan(args) -> int:
    """Print parameters, the plan, and the published times beside it; 1 if a stage does not fit the memory."""
    config = sg.preset(args.preset).replace(**parse_settings(args.set))
    config = scaled(config, args.kimg) if args.kimg else config
    speed = planning.measured(config) if args.measure else planning.given(args.tflops) if args.tflops else None
    found = planning.plan(config, args.gpus, args.gpu_memory, args.batch, speed)
    print("parameters: " + ", ".join(f"{name} {count:,}" for name, count in cost.parameters(config).items()))
    print(found)
    if config.replace(seed=0) == sg.preset(args.preset):
        _print_published(config.resolution, args)
    if found.fits:
        return 0
    large = [f"{s.resolution}x{s.resolution} holds {s.largest_batch} of {s.batch_per_gpu}" for s in found.stages if not s.fits]
    print(f"{args.gpu_memory / 1e9:g} GB are too little: {', '.join(large)} images per GPU; give a smaller --batch or preset")
    return 1


def _print_published(resolution, args):
    """The official code's own times at this resolution, each with what the fit says for it."""
    rows = {gpus: hours / 24 for (r, gpus), hours in planning.PUBLISHED.items() if r == resolution}
    if not rows:
        return
    print("published for the official code on V100s, days (and by the fit):", end=" ")
    fitted = {gpus: planning.plan(sg.preset(args.preset), gpus).days for gpus in rows}
    print(", ".join(f"{gpus} GPU{'s' * (gpus > 1)} {days:.1f} ({fitted[gpus]:.1f})" for gpus, days in rows.items()))


def gigabytes(text: str) -> float:
    """ "24GB", "24GiB", "800MB" or "24" (GB) -> bytes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?([a-z]*)", text.strip(), re.IGNORECASE)
    if not match or match[2].upper() not in UNITS or not float(match[1]):
        raise ValueError(f"--gpu-memory {text} is not like 24GB, 24GiB or 800MB")
    return float(match[1]) * UNITS[match[2].upper()]

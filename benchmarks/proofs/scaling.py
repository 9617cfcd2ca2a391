"""Cost on paper and on this machine: time against counted FLOPs, memory against measured peaks.

    python benchmarks/proofs/scaling.py            # about 10 minutes on two cores, 4 GB
    python benchmarks/proofs/scaling.py --quick    # two sizes of each; prints only

The first writes benchmarks/results/scaling.md and docs/scaling.png; sizes are from 8x8 to 256x256.

Time is that of the processor (all threads), which other work on the machine disturbs less than the clock on
the wall. The sizes are measured in turns, round by round, and medians are taken. Memory: each size in a
process of its own.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import stylegan_tf as sg
from stylegan_tf.figures.pages import BLUE, ORANGE
from stylegan_tf.planning import cost, memory

sys.path.append(str(Path(__file__).parents[1] / "speed"))
from train_speed import Report, peak_memory  # noqa: E402

SIDES = (8, 16, 32, 64, 128, 256)
NETWORK = dict(z_dim=64, w_dim=64, mapping_width=64, fmap_base=2048, fmap_max=64)
MEMORY = {  # name -> (changes to NETWORK, batch); the first is the program: as small as a network can be
    "program alone": (dict(resolution=8, fmap_base=64, fmap_max=8), 4),
    "32x32, wide": (dict(resolution=32, fmap_base=4096, fmap_max=256), 64),
    "64x64": (dict(resolution=64), 64),
    "256x256": (dict(resolution=256), 8),
    "64x64, R1 every 4th step": (dict(resolution=64, r1_every=4, shared_forward=True), 64),
}
PLOT = Path(__file__).resolve().parent.parent.parent / "docs" / "scaling.png"


class Size:
    """A StyleGAN of one resolution whose training steps are timed."""

    def __init__(self, batch, **changes):
        self.config = sg.Config(**{**NETWORK, **changes}, batch_size=batch, progressive=False)
        r = self.config.resolution
        self.gan = sg.StyleGAN(self.config)
        self.gan.compile()
        images = np.random.default_rng(0).integers(0, 256, (2 * batch, r, r, 3), "uint8")
        self.data, self.phase, self.times = sg.data.as_images(images), self.gan.schedule.phases[-1], []

    def step(self):
        return float(self.gan.run_step(self.data, self.phase, 1.0)["d_loss"])

    def measure(self, seconds):
        """Processor seconds per image, over at least so many on the wall."""
        begun, busy, steps = time.perf_counter(), time.process_time(), 0
        while time.perf_counter() - begun < seconds or not steps:
            self.step()
            steps += 1
        self.times.append((time.process_time() - busy) / steps / self.config.batch_size)


def time_report(report, sides, rounds):
    sizes = {r: Size(8 if r >= 128 else 32, resolution=r) for r in sides}
    for size in sizes.values():
        size.step(), size.step()
    for _ in range(rounds):
        for size in sizes.values():
            size.measure(seconds=2.0)
    flops = {r: cost.step_flops(size.config, r) for r, size in sizes.items()}
    spent = {r: statistics.median(size.times) for r, size in sizes.items()}
    rate = statistics.median(flops[r] / spent[r] for r in sizes)
    maps = "/".join(str(next(iter(sizes.values())).config.width(r)) for r in (4, *sides))
    report.add(
        "",
        "## Time per image",
        "",
        f"Training steps with R1, {maps} maps from 4x4 up, medians of {rounds} rounds. One rate,",
    )
    report.add(
        f"{rate / 1e9:.0f} GFLOP per second of one processor (the median), "
        "turns counted FLOPs into the last column."
    )
    rows = [
        [f"{r}x{r}", sizes[r].config.batch_size, f"{flops[r] / 1e9:.3f}", f"{1000 * spent[r]:.2f}",
         f"{flops[r] / spent[r] / 1e9:.1f}", f"{1000 * flops[r] / rate:.2f}",
         f"{flops[r] / rate / spent[r] - 1:+.0%}"]
        for r in sizes
    ]  # fmt: skip
    heading = [
        "size",
        "batch",
        "GFLOP an image",
        "ms an image",
        "GFLOP/s of a processor",
        "ms by FLOPs",
        "difference",
    ]
    report.table(heading, rows)
    return flops, spent, rate


def plot(flops, spent, rate):
    figure = Figure(figsize=(6, 3.6), dpi=120, layout="constrained")
    axes, sides = figure.subplots(), list(flops)
    axes.plot(
        sides,
        [1000 * flops[r] / rate for r in sides],
        "-",
        color=ORANGE,
        label=f"counted FLOPs at {rate / 1e9:.0f} GFLOP/s",
    )
    axes.plot(sides, [1000 * spent[r] for r in sides], "o", color=BLUE, label="measured")
    axes.set(xscale="log", yscale="log", xlabel="side of the images", ylabel="processor time per image, ms")
    axes.set_xticks(sides, [str(r) for r in sides])
    axes.minorticks_off()
    axes.set_yticks([1, 10, 100], ["1", "10", "100"])
    axes.set_title("A training step, D and G with R1: time follows counted FLOPs", fontsize=10)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(PLOT, metadata={"Software": None})


def worker(name):
    """Child process: three steps; prints the peak of memory."""
    changes, batch = MEMORY[name]
    size = Size(batch, **changes)
    for _ in range(3):
        size.step()
    print(json.dumps(peak_memory()), flush=True)


def memory_report(report, names):
    report.add(
        "",
        "## Memory",
        "",
        "Peak of the resident set after three training steps, and `memory.host`. Above the program: less the",
    )
    report.add(
        "peak of the smallest network, and what `memory.weights` and `memory.activations` give "
        "for that difference."
    )
    rows, base = [], None
    for name in names:
        command = [sys.executable, __file__, "--worker", name]
        peak = json.loads(
            subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1]
        )
        changes, batch = MEMORY[name]
        config = sg.Config(**{**NETWORK, **changes})
        planned = memory.host(config, config.resolution, batch)
        base = base or (peak, planned)
        grown, counted = peak - base[0], planned - base[1]
        row = [name, batch, f"{peak / 1e9:.2f}", f"{planned / 1e9:.2f}", f"{planned / peak - 1:+.0%}"]
        rows.append(
            row
            + (
                [f"{grown / 1e9:.2f}", f"{counted / 1e9:.2f}", f"{counted / grown - 1:+.0%}"]
                if grown
                else ["", "", ""]
            )
        )
    heading = [
        "size",
        "batch",
        "peak, GB",
        "planned",
        "difference",
        "above the program, GB",
        "planned",
        "difference",
    ]
    report.table(heading, rows)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", nargs="*", choices=["time", "memory"], default=["time", "memory"])
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        return worker(args.worker)
    report = Report("Scaling: counted and measured")
    if "time" in args.parts:
        found = time_report(report, SIDES[1:3] if args.quick else SIDES, 1 if args.quick else args.rounds)
        if not args.quick:
            plot(*found)
    if "memory" in args.parts:
        memory_report(report, list(MEMORY)[: 2 if args.quick else None])
    if not args.quick and len(args.parts) == 2:
        report.save("scaling.md")


if __name__ == "__main__":
    main()

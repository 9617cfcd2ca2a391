"""How long a widget takes from a moved control to the finished picture: a table.

    python benchmarks/speed/widget_latency.py [--events 60] [--model mnist32] [--only NAME]

Each widget is drawn for other values of one control, on the shipped digits. The table has the median and the
95th percentile of the kernel's time, PNG included. What a browser adds is not in it. r1_gamma,
entanglement_dials, quality_meters and ffhq_planner train, measure or calculate when a value is new, and keep
the result. Their time is that of a value they have seen; another row has that of a new one.
"""

import argparse
import asyncio
import functools
import os
import tempfile
import time

import numpy as np

import stylegan_tf as sg
from stylegan_tf import editing, metrics, widgets
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.figures.layout import grid
from stylegan_tf.metrics.judges.features import DigitsJudge
from stylegan_tf.networks.sampling import images_of
from stylegan_tf.training.random_draws import seeded

LIMIT = 60  # ms


def panels(generator):
    """name -> a function without arguments: (panel, control, its values in turn)."""
    judge, digits = DigitsJudge(), sg.data.load_digits()
    real, labels = to_unit_range(digits.images[:1000]), digits.labels[:500]
    read = editing.reader_of("digits")
    attributes = functools.cache(lambda: editing.Attributes(generator, read, 1000))
    tenths = [round(i / 10, 1) for i in range(1, 11)]
    rng = np.random.default_rng(0)
    with seeded(0):
        untrained = sg.Generator(generator.config)
    ring, knot = rng.standard_normal((200, 2)), 0.3 * rng.standard_normal((200, 2)) + 1

    def measured():
        return metrics.truncation_table(
            generator, lambda images: judge(images)[0], judge(real)[0], (1.0, 0.7, 0.3, 0.0), (2, None), 200
        )

    def run():
        """As a run of 32x32 leaves it; here the same network at its resolutions."""
        run = sg.Run(tempfile.mkdtemp())
        for kimg in range(8):
            side = (4, 8, 16, 32)[kimg // 2]
            images = images_of(generator, range(64), resolution=side)
            run.write_sample(grid(images, 8, scale=32 // side), f"{kimg:010.3f}_{side}x{side}.png")
        return run

    def slow_motion():
        """The smallest GAN: D is a straight line, G moves its points all alike."""
        line, fake = np.zeros(2), knot - 2.5

        def step_d():
            for points, real in ((ring, 1), (fake, 0)):
                line[:] += 0.5 * ((real - 1 / (1 + np.exp(-points @ line)))[:, None] * points).mean(axis=0)

        def step_g():
            fake[:] += line

        return widgets.gan_slow_motion(
            step_d, step_g, lambda: fake, lambda points: points @ line[:, None], ring
        )

    def game():
        return widgets.which_is_real(widgets.deal(real, images_of(generator, range(20))))

    def disturbed():
        return widgets.Disturbed(real[:500], labels, judge(real[500:])[0], lambda images: judge(images)[0])

    return {
        "playground": lambda: (widgets.playground(generator, "digits", "seed=3 styles=5@4-7"), "psi", tenths),
        "truncation": lambda: (widgets.truncation(generator), "psi", tenths),
        "adain_channels": lambda: (widgets.adain_channels(generator), "scale", [10 * t for t in tenths]),
        "style_mixing": lambda: (
            widgets.style_mixing(generator),
            "crossover",
            range(generator.config.num_layers),
        ),
        "style_mixing, another seed": lambda: (widgets.style_mixing(generator), "seed_a", range(2, 1000)),
        "noise": lambda: (widgets.noise(generator), "strength", tenths),
        "growing": lambda: (widgets.growing(generator), "alpha", tenths),
        "mapping_pad": lambda: (widgets.mapping_pad(generator), "across", [0.5 * i for i in range(-16, 17)]),
        "interpolation": lambda: (widgets.interpolation(generator), "t", tenths),
        "interpolation, another seed": lambda: (widgets.interpolation(generator), "seed_a", range(2, 1000)),
        "separability": lambda: (
            widgets.separability(generator, attributes(), "slant"),
            "angle",
            range(-80, 90, 10),
        ),
        "editing": lambda: (
            widgets.editing(generator, attributes(), read, ["slant", "thickness"]),
            "slant",
            tenths,
        ),
        "psi_meters": lambda: (widgets.psi_meters(generator, measured()), "psi", (1.0, 0.7, 0.3, 0.0)),
        "quality_meters": lambda: (widgets.quality_meters(disturbed()), "copies", (0.0, 0.1, 0.3, 0.5, 0.9)),
        "which_is_real": lambda: (game(), "size", (64, 160, 224)),
        "entanglement_dials": lambda: (widgets.entanglement_dials(), "rho", (0.0, 0.3, 0.6, 0.9)),
        "gan_slow_motion": lambda: (slow_motion(), "steps", range(1, 20)),
        "r1_gamma": lambda: (widgets.r1_gamma(ring, knot, steps=20), "gamma", (0.0, 0.01, 0.1, 1.0, 10.0)),
        "training_scrubber": lambda: (
            widgets.training_scrubber(run()),
            "moment",
            [f"{kimg:.1f} kimg" for kimg in range(8)],
        ),
        "ablation_viewer, 2 networks": lambda: (
            widgets.ablation_viewer({"trained": generator, "untrained": untrained}),
            "psi",
            tenths,
        ),
        "class_and_seed": lambda: (
            widgets.class_and_seed(sg.pretrained("mnist32_labels").ema_generator),
            "label",
            range(10),
        ),
        "augmentation": lambda: (widgets.augmentation(images_of(generator, range(8))), "p", tenths),
        "ffhq_planner": lambda: (widgets.ffhq_planner(), "gpus", (1, 2, 4, 8)),
        "entanglement_dials, new values": lambda: (
            widgets.entanglement_dials(),
            "rho",
            [0.05 * i for i in range(1, 20)],
        ),
        "ffhq_planner, new values": lambda: (
            widgets.ffhq_planner(memories=range(8, 80)),
            "gpu_memory",
            range(8, 80),
        ),
        "quality_meters, new values": lambda: (
            widgets.quality_meters(disturbed()),
            "copies",
            (0.0, 0.1, 0.3, 0.5, 0.9),
        ),
        "r1_gamma, new values": lambda: (widgets.r1_gamma(ring, knot), "gamma", (0.0, 0.01, 0.1, 1.0, 10.0)),
    }


async def measure(panel, control, values, events: int, fresh: bool = False) -> np.ndarray:
    """Milliseconds and CPU milliseconds (events, 2) from a value to its picture.

    They are taken in an event loop as in a kernel, after a round that traces graphs.

    Args:
        fresh: no value is set twice.
    """
    values, times = list(values), []
    warm, events = (1, min(events, len(values) - 1)) if fresh else (min(len(values), 10), events)
    for i in range(-warm, events):
        drawn, start, cpu = panel.drawn, time.perf_counter(), time.process_time()
        panel.controls[control].value = values[i % len(values)]
        while panel._waiting:
            await asyncio.sleep(0.001)
        if panel.drawn > drawn and i >= 0:
            times.append((1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)))
    assert not panel.problem.value, panel.problem.value
    return np.array(times)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=60, help="moves of the control (default 60)")
    parser.add_argument("--model", default="mnist32", help="a shipped model, or the path of a run of digits")
    parser.add_argument("--only", default="", help="widgets whose name begins so")
    options = parser.parse_args()
    gan = sg.load(options.model) if os.path.exists(options.model) else sg.pretrained(options.model)
    side = gan.config.resolution
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at the start; {side}x{side}\n")
    print("| widget | median, ms | 95th percentile, ms | CPU, ms | load | |\n|---|---|---|---|---|---|")
    for name, make in panels(gan.ema_generator).items():
        if not name.startswith(options.only):
            continue
        times = asyncio.run(measure(*make(), options.events, ", new" in name))
        (median, cpu), (high, _) = np.percentile(times, [50, 95], axis=0)
        over = "" if median <= LIMIT else f"over {LIMIT}"
        print(
            f"| {name} | {median:.1f} | {high:.1f} | {cpu:.1f} | {os.getloadavg()[0]:.1f} | {over} |",
            flush=True,
        )


if __name__ == "__main__":
    main()

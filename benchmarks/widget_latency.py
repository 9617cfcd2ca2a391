"""How long a widget takes from a moved control to the finished picture: median and 95th percentile, as a table.

    python benchmarks/widget_latency.py [--events 60] [--model mnist32]

Each widget is drawn for other values of one control, on the shipped digits; the time is that of the kernel, PNG included. What
a browser adds is in tests/browser/.
"""

import argparse
import os
import tempfile
import time

import numpy as np

import stylegan_tf as sg
from stylegan_tf import editing, widgets

LIMIT = 60  # ms


def panels(generator):
    """name -> (panel, control, its values in turn)."""
    read = editing.reader_of("digits")
    attributes = editing.Attributes(generator, read, 1000)
    run = sg.Run(tempfile.mkdtemp())
    for kimg in range(8):
        images = sg.layout.images_of(generator, range(64 * kimg, 64 * kimg + 64))
        run.write_sample(sg.layout.grid(images, 8), f"{kimg:010.3f}_32x32.png")
    tenths = [round(i / 10, 1) for i in range(1, 11)]
    return {
        "truncation": (widgets.truncation(generator), "psi", tenths),
        "adain_channels": (widgets.adain_channels(generator), "scale", [10 * t for t in tenths]),
        "style_mixing": (widgets.style_mixing(generator), "crossover", range(generator.config.num_layers)),
        "style_mixing, another seed": (widgets.style_mixing(generator), "seed_a", range(2, 12)),
        "noise": (widgets.noise(generator), "strength", tenths),
        "interpolation": (widgets.interpolation(generator), "t", tenths),
        "interpolation, another seed": (widgets.interpolation(generator), "seed_a", range(2, 1000)),
        "training_scrubber": (widgets.training_scrubber(run), "moment", [f"{kimg:.1f} kimg" for kimg in range(8)]),
        "separability": (widgets.separability(generator, attributes, "slant"), "angle", range(-80, 90, 10)),
        "editing": (widgets.editing(generator, attributes, read, ["slant", "thickness"]), "slant", tenths),
        "ablation_viewer, 2 networks": (widgets.ablation_viewer({"A": generator, "B": generator}), "psi", tenths),
    }


def measure(panel, control, values, events: int) -> np.ndarray:
    """Milliseconds (events,), after one round that traces graphs."""
    values, times = list(values), []
    for i in range(-len(values[:10]), events):
        drawn, start = panel.drawn, time.perf_counter()
        panel.controls[control].value = values[i % len(values)]
        times.append(1000 * (time.perf_counter() - start) if panel.drawn > drawn and i >= 0 else np.nan)
    assert not panel.problem.value, panel.problem.value
    return np.array(times)[~np.isnan(times)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=60, help="moves of the control (default 60)")
    parser.add_argument("--model", default="mnist32", help="a shipped model, or the path of a run of digits")
    options = parser.parse_args()
    gan = sg.load(options.model) if os.path.exists(options.model) else sg.pretrained(options.model)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {gan.config.resolution}x{gan.config.resolution}\n")
    print("| widget | median, ms | 95th percentile, ms | |\n|---|---|---|---|")
    for name, (panel, control, values) in panels(gan.ema_generator).items():
        times = measure(panel, control, values, options.events)
        median, high = np.percentile(times, [50, 95])
        print(f"| {name} | {median:.1f} | {high:.1f} | {'' if median <= LIMIT else f'over {LIMIT}'} |", flush=True)


if __name__ == "__main__":
    main()

"""How long a widget takes from a moved control to the finished picture: median and 95th percentile, as a table.

    python benchmarks/widget_latency.py [--events 60] [--model mnist32] [--only NAME]

Each widget is drawn for other values of one control, on the shipped digits; the time is that of the kernel, PNG included. What
a browser adds is not in it. r1_gamma, entanglement_dials, quality_meters and ffhq_planner train, measure or calculate when a
value is new, and keep what came out: their time is that of a value they have seen, and a row of its own tells that of a new one.
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
from stylegan_tf.data.pipeline import to_unit_range

LIMIT = 60  # ms


def panels(generator):
    """name -> a function without arguments: (panel, control, its values in turn)."""
    judge, digits = metrics.digits.DigitsJudge(), sg.data.load_digits()
    real, labels = to_unit_range(digits.images[:1000]), digits.labels[:500]
    read = editing.reader_of("digits")
    attributes = functools.cache(lambda: editing.Attributes(generator, read, 1000))
    tenths = [round(i / 10, 1) for i in range(1, 11)]
    rng = np.random.default_rng(0)
    ring, knot = rng.standard_normal((200, 2)), 0.3 * rng.standard_normal((200, 2)) + 1

    async def measure(panel, control, values, events: int, fresh: bool = False) -> np.ndarray:
    """Milliseconds (events,) from a value to its picture, in an event loop as in a kernel, after a round that traces graphs;
    ``fresh``: no value twice."""
    values, times = list(values), []
    warm, events = (1, min(events, len(values) - 1)) if fresh else (min(len(values), 10), events)
    for i in range(-warm, events):
        drawn, start = panel.drawn, time.perf_counter()
        panel.controls[control].value = values[i % len(values)]
        while panel._waiting:
            await asyncio.sleep(0.001)
        times.append(1000 * (time.perf_counter() - start) if panel.drawn > drawn and i >= 0 else np.nan)
    assert not panel.problem.value, panel.problem.value
    return np.array(times)[~np.isnan(times)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=60, help="moves of the control (default 60)")
    parser.add_argument("--model", default="mnist32", help="a shipped model, or the path of a run of digits")
    parser.add_argument("--only", default="", help="widgets whose name begins so")
    options = parser.parse_args()
    gan = sg.load(options.model) if os.path.exists(options.model) else sg.pretrained(options.model)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {gan.config.resolution}x{gan.config.resolution}\n")
    print("| widget | median, ms | 95th percentile, ms | |\n|---|---|---|---|")
    for name, make in panels(gan.ema_generator).items():
        if not name.startswith(options.only):
            continue
        times = asyncio.run(measure(*make(), options.events, ", new" in name))
        median, high = np.percentile(times, [50, 95])
        print(f"| {name} | {median:.1f} | {high:.1f} | {'' if median <= LIMIT else f'over {LIMIT}'} |", flush=True)


if __name__ == "__main__":
    main()

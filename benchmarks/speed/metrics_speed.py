"""How long the metrics take on this machine, and how much of that is the generator.

    python benchmarks/speed/metrics_speed.py                # minutes; writes results/metrics_speed.md
    python benchmarks/speed/metrics_speed.py --samples 2000 # shorter, prints only

For each metric the same images are drawn once more without judging them: the ratio of the two times, taken in
one run, is the share of the generator.
"""

import argparse
import os
import resource
import time

import stylegan_tf as sg  # isort: skip
import numpy as np
from train_speed import Report, load

from stylegan_tf.metrics import evaluation, linear_separability, perceptual_path_length
from stylegan_tf.metrics.batches import batches, with_attributes

SHAPES = slice(10, 13)  # thick, slanted, wide


def timed(work, *arguments, **options):
    started = time.perf_counter()
    work(*arguments, **options)
    return time.perf_counter() - started


def draw(generator, count):
    for _ in batches(generator, count):
        pass


def fid(generator, judge, count):
    evaluation.evaluate(generator, sg.data.load_digits(), judge, ["fid"], count)


def separability(generator, judge, count):
    z, w, p = with_attributes(generator, lambda images: judge.attributes(images)[:, SHAPES], count)
    for latents in (z, w):
        linear_separability(latents, p)


def nothing(a, b):
    return np.zeros(len(a))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, help="of each metric, instead of the full numbers")
    asked = parser.parse_args().samples
    generator, judge = sg.pretrained("mnist32").ema_generator, evaluation.digits_judge()
    report = Report("Speed of the metrics")
    draw(generator, 500)  # traces
    judge.features(np.zeros((500, 32, 32, 1)))
    jobs = [  # name, limit in seconds, samples, images of each, the metric, drawing alone
        ("FID", 60, asked or 10_000, 1, lambda n: fid(generator, judge, n), lambda n: draw(generator, n)),
        (
            "PPL, w full", 300, asked or 10_000, 2,
            lambda n: perceptual_path_length(generator, judge.distance, samples=n),
            lambda n: perceptual_path_length(generator, nothing, samples=n),
        ),
        (
            "separability, 3 attributes, z and w", 300, asked or 20_000, 1,
            lambda n: separability(generator, judge, n), lambda n: draw(generator, n),
        ),
    ]  # fmt: skip
    rows = []
    for name, limit, count, images, metric, alone in jobs:
        before = load()
        cpu = time.process_time()
        whole = timed(metric, count)
        cpu = time.process_time() - cpu
        share = timed(alone, count) / whole
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        rows.append(
            (name, f"{count:,}", f"{whole:.0f} s", f"{limit} s", f"{cpu:.0f} s",
             f"{count * images / whole:.0f}", f"{share:.0%}", f"{peak:.2f} GB", before)
        )  # fmt: skip
        print(*rows[-1], flush=True)
    report.table(
        (
            "metric",
            "samples",
            "time",
            "aim",
            "CPU time",
            "images/s",
            "generator",
            "peak memory",
            "load before",
        ),
        rows,
    )
    if not asked:
        report.save("metrics_speed.md")


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()

"""Checks of lesson 16: the size of records, days by hand, what a replica's loss must be."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise, judge_value, report


def check_records_size(size: int, pictures: int, resolution: int) -> None:
    """Bytes of pixels in the TFRecords of some pictures, all levels from 4x4 to ``resolution`` together."""
    # Three bytes for each pixel, at every level.
    sides = [2**n for n in range(2, resolution.bit_length())]
    right = pictures * sum(3 * side**2 for side in sides)
    largest = pictures * 3 * resolution**2
    mistakes = {
        (
            "that is the largest level alone; "
            f"the files hold every level from 4x4 to {resolution}x{resolution}"
        ): largest,
        "that is one channel; each pixel has three": right // 3,
        "those are float32 pixels; records hold one byte for each channel": 4 * right,
        "that is one picture; the files hold all of them": right // pictures,
        "the files begin at 4x4, whatever training begins with": right - pictures * 3 * 4**2,
        "the levels go down to 4x4, not to 1x1": right + pictures * 3 * (1 + 4),
    }
    share = right / largest - 1
    why = f"all smaller levels together add {share:.0%} to the largest."
    report(*judge_value(size, right, why, mistakes))


def _days(kimg, gflop, tflops, batch, gpus, overhead):
    images = 1000 * kimg
    steps = images / batch
    computing = images * gflop / (1000 * tflops * gpus)  # seconds
    exchanging = gpus if gpus > 1 else 0  # as planning.plan counts them
    waiting = steps * overhead * exchanging
    return (computing + waiting) / 86_400


def _draw_runs(rng):
    """Runs of usual size, the arguments of ``days`` of each: two that are fixed, and one at random."""
    runs = [(25_000.0, 831.0, 5.0, 32, 8, 0.02), (600.0, 8.0, 10.0, 128, 1, 0.01)]
    kimg = rng.uniform(500, 20_000)
    gflop = rng.uniform(50, 900)  # of an image
    tflops = rng.uniform(2, 30)  # per second, of a GPU
    batch = int(rng.integers(1, 9)) * 8
    gpus = int(rng.integers(2, 9))
    overhead = rng.uniform(0.01, 0.05)  # seconds that a step waits for each GPU
    return [*runs, (kimg, gflop, tflops, batch, gpus, overhead)]


_DAYS = Exercise(
    oracle=_days,
    draw=_draw_runs,
    why="the GPUs share the work; the wait grows with their number, and a single GPU has none.",
    mistakes={
        "you count kimg as images: 1 kimg is 1000 images": (
            lambda k, f, t, b, g, o: _days(k / 1000, f, t, b, g, o)
        ),
        "the number of GPUs is missing: each GPU computes its share of the images": (
            lambda k, f, t, b, g, o: _days(k, f, t / g, b, g, o)
        ),
        "the wait is missing: with several GPUs every step waits": (
            lambda k, f, t, b, g, o: _days(k, f, t, b, g, 0.0)
        ),
        "you wait for every image; the wait comes once for every step": (
            lambda k, f, t, b, g, o: _days(k, f, t, 1, g, o)
        ),
        "the overhead is given for each GPU: multiply it by their number": (
            lambda k, f, t, b, g, o: _days(k, f, t, b, g, o / g)
        ),
        "each step waits the same; the wait grows with the GPUs, and one GPU alone has none": (
            lambda k, f, t, b, g, o: _days(k, f, t, b, g, 0.0) + 1000 * k / b * o / 86_400
        ),
        "a single GPU waits for nobody: without others the wait is 0": (
            lambda k, f, t, b, g, o: _days(k, f, t, b, g, 0.0) + 1000 * k / b * o * g / 86_400
        ),
        "those are seconds; a day has 86,400": (lambda k, f, t, b, g, o: 86_400 * _days(k, f, t, b, g, o)),
        "those are hours; a day has 24": (lambda k, f, t, b, g, o: 24 * _days(k, f, t, b, g, o)),
        "TFLOP and GFLOP are mixed: 1 TFLOP is 1000 GFLOP": (
            lambda k, f, t, b, g, o: _days(k, 1000 * f, t, b, g, o)
        ),
    },
)


def check_days(days) -> None:
    """``days(kimg, gflop, tflops, batch, gpus, overhead)``: how long a run takes.

    GFLOP of an image, TFLOP/s of a GPU, images of a step, and the seconds that a step waits for each GPU, if
    there are several.
    """
    _DAYS.check(days)


def _draw_losses(rng):
    return [
        (rng.uniform(0.1, 3.0, 4).astype("float32"), 2),
        (rng.uniform(0.1, 3.0, 6).astype("float32"), 8),
    ]


_REPLICA_LOSS = Exercise(
    oracle=lambda losses, replicas: losses.mean() / replicas,
    draw=_draw_losses,
    why="the gradients of the replicas are summed, so each gives its share of the mean over the whole batch.",
    mistakes={
        (
            "you take the mean over this replica's images: summed over the replicas, "
            "the step is as many times too large"
        ): (lambda losses, replicas: losses.mean()),
        "you take the sum over this replica's images: the step grows with the batch": (
            lambda losses, replicas: losses.sum()
        ),
        "you divide by the replicas, but not by this replica's images": (
            lambda losses, replicas: losses.sum() / replicas
        ),
        "the factor is upside down: divide by the number of replicas": (
            lambda losses, replicas: losses.mean() * replicas
        ),
        "the result is one loss for each image; a replica gives one number": (
            lambda losses, replicas: np.asarray(losses) / len(losses) / replicas
        ),
    },
)


def check_replica_loss(replica_loss) -> None:
    """``replica_loss(losses, replicas)``: losses (b,) of its images -> what a replica differentiates."""
    _REPLICA_LOSS.check(replica_loss)

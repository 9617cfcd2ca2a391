"""Checks of lesson 16: the largest batch, days by hand, what a replica's loss must be."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise


def _largest_batch(gpu, fixed, maps, group):
    return (gpu - fixed) // np.asarray(maps) // group * group


def _draw_gpus(rng):
    """GPUs, and the maps of a picture at each stage: as in the lesson, too small at the end, at random."""
    trials = [(24.0, 1.9, np.array([0.14, 0.31, 0.64, 1.3, 2.7]), 4)]
    trials.append((8.0, 1.9, np.array([0.14, 0.65, 1.3, 1.7]), 4))
    maps = np.cumsum(rng.uniform(0.1, 1.0, 5))
    trials.append((float(rng.uniform(30, 60)), float(rng.uniform(1, 3)), maps, int(rng.integers(3, 7))))
    return trials


_LARGEST_BATCH = Exercise(
    oracle=_largest_batch,
    draw=_draw_gpus,
    why="weights and driver are paid for once, the maps by each picture, and a group is whole or it is none.",
    mistakes={
        "weights and driver take their memory once, not with every picture": (
            lambda gpu, fixed, maps, group: gpu // (maps + fixed) // group * group
        ),
        "the weights and the driver are forgotten: take their memory off first": (
            lambda gpu, fixed, maps, group: gpu // maps // group * group
        ),
        "you round to the nearest multiple; a batch that is rounded up does not fit": (
            lambda gpu, fixed, maps, group: np.round((gpu - fixed) / maps / group) * group
        ),
        "you round up; only pictures and groups that fit wholly count": (
            lambda gpu, fixed, maps, group: np.ceil((gpu - fixed) / maps / group) * group
        ),
        "so many pictures fit, but they are not a multiple of the group": (
            lambda gpu, fixed, maps, group: (gpu - fixed) // maps
        ),
        "half a picture does not fit, nor does half a group: the results are whole multiples of the group": (
            lambda gpu, fixed, maps, group: (gpu - fixed) / maps
        ),
        "that is the number of groups; the exercise asks for pictures": (
            lambda gpu, fixed, maps, group: (gpu - fixed) // maps // group
        ),
        "where no group fits the answer is 0, not one group all the same": (
            lambda gpu, fixed, maps, group: np.maximum(_largest_batch(gpu, fixed, maps, group), group)
        ),
        "that is one number, for the last stage; give one for each stage": (
            lambda gpu, fixed, maps, group: _largest_batch(gpu, fixed, maps, group)[-1]
        ),
        "you add up the maps of all stages; the network trains one stage at a time": (
            lambda gpu, fixed, maps, group: _largest_batch(gpu, fixed, np.cumsum(maps), group)
        ),
    },
)


def check_largest_batch(largest_batch) -> None:
    """``largest_batch(gpu, fixed, maps, group)``: how many pictures fit at each stage, (S,).

    GB of a GPU, of weights and driver, and of one picture's maps (S,). Only whole groups count.
    """
    _LARGEST_BATCH.check(largest_batch)


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

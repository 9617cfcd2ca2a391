"""The time box: measure how fast each stage trains here, and plan the schedule so that it ends on time."""

from __future__ import annotations

import math
import time

import tensorflow as tf

from stylegan_tf.config import Config
from stylegan_tf.data.source import Source
from stylegan_tf.training import distribution
from stylegan_tf.training.schedule import Schedule, trained_resolutions


def plan_time_box(gan, data: Source, minutes: float, verbose=1, started: float | None = None) -> None:
    """Measure every stage and plan the schedule, so that training ends ``minutes`` after ``started``.

    The model's Config and Schedule are replaced by the planned ones.

    Every graph that training needs is traced on the way; the weights are as before afterwards.

    Args:
        started: a reading of time.perf_counter; default now.

    Raises:
        ValueError: if the measuring itself takes more than half of the time.
    """
    # Two seconds a stage, or less where the box is short.
    check_clock(gan)
    started = time.perf_counter() if started is None else started
    speeds = measure_speed(gan, data, seconds=min(2.0, 0.6 * minutes))
    spent = time.perf_counter() - started

    half_of_the_box = 60 * minutes / 2
    if spent > half_of_the_box:
        enough = math.ceil(2 * spent / 30) / 2  # twice what was spent, up to the next half minute
        raise ValueError(
            f"measuring the speed of the stages took {spent / 60:.2f} of the {minutes:g} minutes, "
            f"more than half; give minutes={enough:g} or more, or kimg, which needs no measuring"
        )

    # The plan, from what is left of the box.
    gan.config = time_boxed(gan.config, 60 * minutes - spent, speeds)
    gan.schedule = Schedule(gan.config)
    gan.progress.minutes = minutes
    gan.progress.seconds = spent
    if verbose:
        measured = ", ".join(f"{r}x{r} {speed:.0f}" for r, speed in speeds.items())
        print(f"measured images/s: {measured}\nplan for {minutes:g} minutes:\n{gan.schedule}", flush=True)


def measure_speed(gan, data: Source, seconds: float = 3.0) -> dict[int, float]:
    """Images per second of every stage, in steady state; training is restored to where it was.

    seconds: how long each stage is measured.
    """
    # Measuring trains: keep what it changes.
    variables = gan.weights + gan.optimizer_variables
    values_before = [tf.identity(v) for v in variables]
    numbers_before = gan.progress.as_numbers()
    r1_every = gan.config.r1_every

    # Each stage as it is once grown, without the fade, which costs little more.
    speeds = {}
    for r in gan.schedule.resolutions:
        phase = next(p for p in gan.schedule.phases if p.resolution == r)
        # The first steps trace the graph, and warm it up. A number that is read waits for the device.
        for _ in range(r1_every + 1):
            float(gan.run_step(data, phase, 1.0)["g_loss"])
        begun = time.perf_counter()
        steps = 0
        # Whole rounds of lazy R1, so that it has its share of the time.
        while time.perf_counter() - begun < seconds or steps % r1_every:
            float(gan.run_step(data, phase, 1.0)["g_loss"])
            steps += 1
        speeds[r] = phase.batch_size * steps / (time.perf_counter() - begun)

    # Put everything back.
    for variable, value in zip(variables, values_before, strict=True):
        variable.assign(value)
    gan.progress.restore(numbers_before)
    return speeds


def time_boxed(config: Config, seconds: float, images_per_second: dict[int, float]) -> Config:
    """A schedule that takes ``seconds`` at the measured speeds (images/s by resolution).

    ``time_shares`` says what share of the time a resolution gets. Those without one divide what is left of 1.
    If none is named, the full resolution gets half and the others the other half.

    Raises:
        ValueError: if a resolution gets no time.
    """
    # The share of each stage.
    stages = trained_resolutions(config)
    shares = {r: share for r, share in config.time_shares.items() if r in stages}
    if not shares:
        shares = {stages[-1]: 0.5}
    others = [r for r in stages if r not in shares]
    rest = round(max(0.0, 1 - sum(shares.values())), 9)
    for r in others:
        shares[r] = rest / len(others)
    if idle := [r for r in stages if not shares[r]]:
        raise ValueError(
            f"time_shares {config.time_shares} leave no time for {idle[0]}x{idle[0]}; "
            "give it a share of its own"
        )

    # From shares of the time to images, fading first.
    total_shares = sum(shares.values())
    kimg = {r: seconds * share / total_shares * images_per_second[r] / 1000 for r, share in shares.items()}
    stage_kimg = {}
    for r in stages:
        fade = 0.0 if r == stages[0] else config.fade_share * kimg[r]
        stage_kimg[r] = (round(fade, 3), round(kimg[r] - fade, 3))

    # The whole run, and its decay in proportion.
    total = max(0.001, round(sum(kimg.values()), 3))
    decay = config.decay_kimg * total / config.total_kimg
    return config.replace(stage_kimg=stage_kimg, total_kimg=total, decay_kimg=decay)


def check_clock(gan) -> None:
    """Raise ValueError if several workers train together: their clocks differ."""
    if distribution.workers(gan.distribute_strategy) > 1:
        raise ValueError(
            "the run has a time box, and several workers, whose clocks differ; give kimg instead of minutes"
        )

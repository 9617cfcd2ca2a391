"""The loop around train_step: phases, ticks, time boxes (SPEC 9)."""

from __future__ import annotations

import time
from dataclasses import dataclass

import keras
import tensorflow as tf

from stylegan_tf.callbacks import NaNGuard, Progress
from stylegan_tf.data.pipeline import Source, as_images
from stylegan_tf.growing import Schedule, time_boxed


@dataclass
class Progressed:
    """Where a training run stands; with the weights and the optimizers, all that a resumed run needs."""

    images: int = 0  # shown to D so far
    steps: int = 0
    ticks: int = 0
    tick_start: int = 0  # images at the last report
    phase: int = -1  # index in the schedule; its change resets the optimizers
    seconds: float = 0.0  # of training so far, over all sessions
    minutes: float | None = None  # time box, if any


def fit(gan, x, y, epochs, kimg, minutes, callbacks, verbose) -> keras.callbacks.History:
    """StyleGAN.fit: ticks until the schedule, the time, or a callback ends it."""
    data = gan.check_data(as_images(x, y))
    if not getattr(gan, "generator_optimizer", None):
        raise ValueError("the model is not compiled; call compile() before fit()")
    started, p = time.perf_counter(), gan.progress
    if minutes and not p.steps:
        plan(gan, data, minutes, verbose, started)
    end = gan.schedule.total_images if kimg is None else p.images + round(1000 * kimg)
    last_tick = float("inf") if epochs is None else p.ticks + epochs
    callbacks = _callback_list(gan, callbacks, verbose, end)
    start, gan.stop_training = time.perf_counter() - p.seconds, False

    def clock():
        return time.perf_counter() - start

    callbacks.on_train_begin()
    while not gan.stop_training and p.ticks < last_tick and not _over(p, end):
        callbacks.on_epoch_begin(p.ticks)
        logs = _tick(gan, data, callbacks, end, clock)
        p.ticks += 1
        callbacks.on_epoch_end(p.ticks - 1, logs)
    callbacks.on_train_end()
    return gan.history


def _tick(gan, data, callbacks, end, clock):
    """Steps until the next report; returns the means over them."""
    p, sums, counts, begun, first = gan.progress, {}, {}, clock(), gan.progress.images
    length = 1000 * gan.config.tick_kimg.get(gan.schedule.phase_at(p.images).resolution, 10)
    while p.images - p.tick_start < length and not _over(p, end) and not gan.stop_training:
        index = gan.schedule.index_at(p.images)
        phase = gan.schedule.phases[index]
        if index != p.phase:
            _enter(gan, phase, index)
        if gan.config.decay_kimg:
            _set_learning_rate(gan, gan.schedule.learning_rate_at(p.images))
        alpha, penalized, step = phase.alpha(p.images), p.steps % gan.config.r1_every == 0, p.steps
        callbacks.on_train_batch_begin(step)
        logs = {name: float(value) for name, value in gan.run_step(data, phase, alpha).items()}
        p.seconds = clock()
        for name, value in logs.items():
            if name != "penalty" or penalized:
                sums[name], counts[name] = sums.get(name, 0.0) + value, counts.get(name, 0) + 1
        callbacks.on_train_batch_end(step, logs)
    p.tick_start = p.images
    means = {name: total if name.endswith("skipped") else total / counts[name] for name, total in sums.items()}
    place = {"kimg": p.images / 1000, "resolution": phase.resolution, "alpha": alpha, "seconds": clock()}
    return {**place, **means, "images_per_second": (p.images - first) / (clock() - begun)}


def _over(p: Progressed, end: int) -> bool:
    """Whether training is done: by images, or in a time box by the clock (which decides the last phase's end)."""
    return p.images >= end if p.minutes is None else p.seconds >= 60 * p.minutes


def _enter(gan, phase, index):
    """A phase begins: both optimizers forget (SPEC 9) and take its learning rate."""
    gan.progress.phase = index
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        for variable in optimizer.variables:
            variable.assign(tf.zeros_like(variable))
    _set_learning_rate(gan, phase.learning_rate)


def _set_learning_rate(gan, rate):
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        optimizer.learning_rate = rate


def _callback_list(gan, callbacks, verbose, end):
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks
    callbacks = list(callbacks or [])
    if not any(isinstance(c, NaNGuard) for c in callbacks):
        callbacks.insert(0, NaNGuard())
    if verbose:
        callbacks.append(Progress(end, bar=verbose != 2))
    return keras.callbacks.CallbackList(callbacks, add_history=True, model=gan)


def plan(gan, data: Source, minutes: float, verbose=1, started=None) -> None:
    """StyleGAN.plan: a schedule for a time box, from measured speeds."""
    started = started or time.perf_counter()
    speeds = measure(gan, data, seconds=min(2.0, 0.6 * minutes))
    spent = time.perf_counter() - started
    gan.config = time_boxed(gan.config, max(60.0 * minutes - spent, 1.0), speeds)
    gan.schedule = Schedule(gan.config)
    gan.progress.minutes, gan.progress.seconds = minutes, spent
    if verbose:
        measured = ", ".join(f"{r}x{r} {speed:.0f}" for r, speed in speeds.items())
        print(f"measured images/s: {measured}\nplan for {minutes:g} minutes:\n{gan.schedule}", flush=True)


def measure(gan, data: Source, seconds: float = 3.0) -> dict[int, float]:
    """Images per second of every stage in steady state, ``seconds`` of each; the training state is restored."""
    variables = gan.weights + gan.generator_optimizer.variables + gan.discriminator_optimizer.variables
    kept, state = [tf.identity(v) for v in variables], dict(vars(gan.progress))
    speeds, every = {}, gan.config.r1_every
    for r in gan.schedule.resolutions:
        phase = next(p for p in gan.schedule.phases if p.resolution == r)
        for _ in range(every + 1):  # traces the graph, and warms it up
            gan.run_step(data, phase, 1.0)
        begun, steps = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds or steps % every:
            gan.run_step(data, phase, 1.0)
            steps += 1
        speeds[r] = phase.batch_size * steps / (time.perf_counter() - begun)
    for variable, value in zip(variables, kept, strict=True):
        variable.assign(value)
    vars(gan.progress).update(state)
    return speeds

"""The loop around train_step: phases, ticks, time boxes (SPEC 9)."""

from __future__ import annotations

import time
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from stylegan_tf import distribution
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
    started, p = time.perf_counter(), gan.progress
    if kimg and minutes:
        raise ValueError(f"kimg = {kimg:g} and minutes = {minutes:g} are both given; training ends by the one or the other")
    data = check_data(gan, as_images(x, y))
    check_parts(gan)
    if minutes or (p.minutes and not kimg):
        _check_clock(gan)
    if not getattr(gan, "generator_optimizer", None):
        raise ValueError("the model is not compiled; call compile() before fit()")
    if minutes and not p.images:
        plan(gan, data, minutes, verbose, started)
    elif minutes:
        p.minutes = p.seconds / 60 + minutes
    elif kimg:
        p.minutes = None
    end = p.images + round(1000 * kimg) if kimg else gan.schedule.total_images
    last_tick = float("inf") if epochs is None else p.ticks + epochs
    callbacks = _callback_list(gan, callbacks, verbose, end, epochs)
    start, gan.stop_training = time.perf_counter() - p.seconds, False

    def clock():
        return time.perf_counter() - start

    callbacks.on_train_begin()
    while p.ticks < last_tick and not _over(p, end):
        callbacks.on_epoch_begin(p.ticks)
        if gan.stop_training:
            break
        logs = _tick(gan, data, callbacks, end, clock)
        p.ticks += 1
        callbacks.on_epoch_end(p.ticks - 1, logs)
        if gan.stop_training:
            break
    callbacks.on_train_end()
    return gan.history


def check_data(gan, data: Source) -> Source:
    """The data, if the model can be trained on them; else ValueError says what to change."""
    c = gan.config
    if data.channels != c.channels:
        found = data.channels
        raise ValueError(f"{data.name} has {found} channels; this model wants {c.channels}: set channels={found}")
    if data.resolution < c.resolution:
        raise ValueError(f"{data.name} has side {data.resolution}; this model wants {c.resolution} or more")
    if c.label_dim:
        if data.labels is None or data.labels.max() >= c.label_dim:
            found = "none" if data.labels is None else f"numbers up to {data.labels.max()}"
            raise ValueError(f"{data.name}: labels are {found}; label_dim = {c.label_dim} wants 0 to {c.label_dim - 1}")
        gan.draw_labels_from(data.labels)
    return data


def _check_clock(gan):
    if distribution.workers(gan.distribute_strategy) > 1:
        raise ValueError("the run has a time box, and several workers, whose clocks differ; give kimg instead of minutes")


def check_parts(gan) -> None:
    """ValueError if the batch of a stage can't be shared by the replicas, or taken in the parts that the Config wants."""
    c, replicas = gan.config, distribution.replicas(gan.distribute_strategy)
    for r in gan.schedule.resolutions:
        batch, parts = c.batch_size_at(r), c.parts_at(r)
        size, rest = divmod(batch, replicas * parts)
        what = f"the batch of {batch} at {r}x{r} is divided among {replicas} devices, and there into {parts} parts"
        if rest:
            raise ValueError(f"{what}; choose a multiple of {replicas * parts} in batch_sizes")
        if size > c.mbstd_group > 1 and size % c.mbstd_group:
            wanted = f"a multiple of mbstd_group = {c.mbstd_group}, or fewer"
            raise ValueError(f"{what}; of these {size} images the minibatch deviation makes groups: choose {wanted}")


def _tick(gan, data, callbacks, end, clock):
    """Steps until the next report, one at least; returns the means over them."""
    p, sums, counts, begun, first = gan.progress, {}, {}, clock(), gan.progress.images
    length = 1000 * gan.config.tick_kimg.get(gan.schedule.phase_at(p.images).resolution, 10)
    while True:
        index = gan.schedule.index_at(p.images)
        phase = gan.schedule.phases[index]
        if index != p.phase:
            enter(gan, index)
        if gan.config.decay_kimg:
            _set_learning_rate(gan, gan.schedule.learning_rate_at(p.images, _left(gan, end)))
        alpha, penalized, step = phase.alpha(p.images), p.steps % gan.config.r1_every == 0, p.steps
        callbacks.on_train_batch_begin(step)
        logs = {name: float(value) for name, value in gan.run_step(data, phase, alpha).items()}
        p.seconds = clock()
        for name, value in logs.items():
            if name != "penalty" or penalized:
                sums[name], counts[name] = sums.get(name, 0.0) + value, counts.get(name, 0) + 1
        callbacks.on_train_batch_end(step, logs)
        if p.images - p.tick_start >= length or _over(p, end) or gan.stop_training:
            break
    p.tick_start = p.images
    means = {name: sums[name] / (1 if name.endswith("skipped") else counts[name]) if name in sums else np.nan for name in logs}
    place = {"kimg": p.images / 1000, "resolution": phase.resolution, "alpha": alpha, "seconds": clock()}
    return {**place, **means, "images_per_second": (p.images - first) / (clock() - begun)}


def _left(gan, end: int) -> float:
    """Share of the run that is still to come: of its images, or in a time box of its time."""
    p, total = gan.progress, gan.schedule.total_images
    return 1 - p.seconds / (60 * p.minutes) if p.minutes else (max(end, total) - p.images) / total


def _over(p: Progressed, end: int) -> bool:
    """Whether training is done: by images, or in a time box by the clock (which decides the last phase's end)."""
    return p.images >= end if p.minutes is None else p.seconds >= 60 * p.minutes


def enter(gan, index: int) -> None:
    """Begin a phase of the schedule: both optimizers start anew, and take its learning rate (SPEC 9)."""
    for variable, value in zip(gan.optimizer_variables, gan.fresh, strict=True):
        variable.assign(value)
    gan.progress.phase = index
    _set_learning_rate(gan, gan.schedule.phases[index].learning_rate)


def _set_learning_rate(gan, rate):
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        optimizer.learning_rate = rate


def _callback_list(gan, callbacks, verbose, end, epochs):
    given = callbacks.callbacks if isinstance(callbacks, keras.callbacks.CallbackList) else callbacks
    callbacks = list(given or [])
    if not distribution.is_chief(gan.distribute_strategy):
        callbacks, verbose = [c for c in callbacks if not getattr(c, "chief_only", False)], 0
    if not any(isinstance(c, NaNGuard) for c in callbacks):
        callbacks.insert(0, NaNGuard())
    if verbose:
        callbacks.append(Progress(end, bar=verbose != 2))
    params = {"verbose": verbose, "epochs": epochs, "steps": None}
    return keras.callbacks.CallbackList(callbacks, add_history=True, model=gan, **params)


def plan(gan, data: Source, minutes: float, verbose=1, started=None) -> None:
    """Measure every stage here and lay the schedule so that training ends ``minutes`` after ``started``.

    Every graph that training needs is traced on the way; the weights are as before afterwards.

    Raises:
        ValueError: if the measuring itself takes more than half of the time.
    """
    _check_clock(gan)
    started = started or time.perf_counter()
    speeds = measure(gan, data, seconds=min(2.0, 0.6 * minutes))
    spent = time.perf_counter() - started
    if spent > 30 * minutes:
        raise ValueError(
            f"measuring the speed of the stages took {spent / 60:.2f} of the {minutes:g} minutes, more than half; "
            f"give minutes={np.ceil(spent / 15) / 2:g} or more, or kimg, which needs no measuring"
        )
    gan.config = time_boxed(gan.config, 60.0 * minutes - spent, speeds)
    gan.schedule = Schedule(gan.config)
    gan.progress.minutes, gan.progress.seconds = minutes, spent
    if verbose:
        measured = ", ".join(f"{r}x{r} {speed:.0f}" for r, speed in speeds.items())
        print(f"measured images/s: {measured}\nplan for {minutes:g} minutes:\n{gan.schedule}", flush=True)


def measure(gan, data: Source, seconds: float = 3.0) -> dict[int, float]:
    """Images per second of every stage in steady state, ``seconds`` of each; the training state is restored."""
    variables = gan.weights + gan.optimizer_variables
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

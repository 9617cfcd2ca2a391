"""``fit``: the loop around the training step. Phases of growing, ticks, time boxes, callbacks."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, fields

import keras
import numpy as np

from stylegan_tf.data.source import Source, as_images
from stylegan_tf.training import distribution
from stylegan_tf.training.callbacks import NaNGuard, Progress
from stylegan_tf.training.losses import penalty_is_due
from stylegan_tf.training.time_box import check_clock, plan_time_box


@dataclass
class TrainingState:
    """Where training stands: with the weights and the optimizers, all that a resumed run needs.

    Attributes:
        images: shown to the discriminator so far.
        steps, ticks: how many there have been.
        tick_start: images at the last report.
        phase: index in the schedule; -1 before the first. The optimizers are reset when it changes.
        seconds: of training so far, over all sessions.
        minutes: the time box; None without one.
    """

    images: int = 0
    steps: int = 0
    ticks: int = 0
    tick_start: int = 0
    phase: int = -1
    seconds: float = 0.0
    minutes: float | None = None

    def as_numbers(self) -> np.ndarray:
        """All fields, float64 (7,), in which whole numbers are exact; NaN is None."""
        values = [np.nan if value is None else value for value in asdict(self).values()]
        return np.array(values, "float64")

    def position(self) -> np.ndarray:
        """As ``as_numbers``, without ``seconds`` and ``minutes``: equal for equal training on any machine."""
        return self.as_numbers()[:5]

    def restore(self, numbers) -> None:
        """Set the fields to what ``as_numbers`` or ``position`` gave."""
        for f, number in zip(fields(self), np.asarray(numbers).tolist(), strict=False):
            if np.isnan(number):
                value = None
            elif f.name in ("seconds", "minutes"):
                value = number
            else:
                value = round(number)
            setattr(self, f.name, value)

    def is_over(self, end: int) -> bool:
        """Whether training is done: ``end`` images are shown, or the time box is over."""
        # Without a time box the images decide.
        if self.minutes is None:
            return self.images >= end
        # With one only the clock decides: a machine that is faster than planned trains on past ``end``.
        return self.seconds >= 60 * self.minutes

    def share_left(self, end: int, total: int) -> float:
        """How much is still to come: in a time box of its time, else in images, as a share of ``total``.

        Beyond the schedule it may be more than 1.
        """
        # The learning rate may fall towards the end: of the time, where there is a box ...
        if self.minutes:
            return 1 - self.seconds / (60 * self.minutes)
        # ... else of the images, also where kimg asks for more than the schedule has.
        return (max(end, total) - self.images) / total


def fit(
    gan, x, y=None, epochs=None, kimg=None, minutes=None, callbacks=None, verbose="auto"
) -> keras.callbacks.History:
    """Train from where the model stands to the end of its schedule.

    Args:
        x: a data Source, a uint8 array (N, side, side, C), or a tf.data.Dataset of such pictures.
        y: class numbers (N,).
        epochs: stop after so many ticks (reports) at the latest.
        kimg: train so many thousand images more. Beyond the schedule its last phase goes on.
        minutes: time box. A new model measures the speed of each stage, plans its schedule and stops on time:
            its ``config`` and ``schedule`` are replaced by the planned ones. A model that has begun, or has
            started from another, follows its schedule for so many minutes more.
        callbacks: keras.callbacks, one or a list. An epoch is a tick, a batch is a step. Pass
            callbacks.NaNGuard to change its limit.
        verbose: 0 silent, "auto" or 1 a progress bar, 2 a line per tick.

    Returns:
        keras.callbacks.History: of each tick the means of train_step's scalars, kimg, resolution, alpha,
        speed.

    Raises:
        ValueError: for data that do not fit, both kimg and minutes, a length of 0, or a time box too short to
            measure in.
        FloatingPointError: by NaNGuard, if training has broken down.
    """
    started = time.perf_counter()

    # Can it be done at all?
    check_length(kimg, minutes, epochs)
    data = take_data(gan, as_images(x, y))
    check_parts(gan)
    if minutes or (gan.progress.minutes and not kimg):
        check_clock(gan)
    if not getattr(gan, "generator_optimizer", None):
        raise ValueError("the model is not compiled; call compile() before fit()")

    # When does it end? For a new model in a time box each stage is trained for a moment, and its Config and
    # schedule are replaced by planned ones.
    progress = gan.progress
    if minutes and not progress.images:
        plan_time_box(gan, data, minutes, verbose, started)
    end = set_end(gan, kimg, minutes)
    last_tick = float("inf") if epochs is None else progress.ticks + epochs

    # The callbacks: the guard against NaN, the progress display, those given.
    callbacks = callback_list(gan, callbacks, verbose, end, epochs)
    gan.stop_training = False  # a callback sets it, between any two steps

    # The ticks: steps up to the next report, until the schedule, the time or a callback ends it. A callback
    # such as BackupAndRestore may set the state back when training begins.
    callbacks.on_train_begin()
    clock = Clock(already=progress.seconds)
    if progress.is_over(end) and verbose:
        print(
            f"nothing to train: the schedule has ended, at {progress.images / 1000:g} kimg; "
            "fit(..., kimg=10) trains 10 kimg more",
            flush=True,
        )
    while progress.ticks < last_tick and not progress.is_over(end):
        callbacks.on_epoch_begin(progress.ticks)
        if gan.stop_training:
            break
        report = train_tick(gan, data, callbacks, end, clock)
        progress.ticks += 1
        callbacks.on_epoch_end(progress.ticks - 1, report)
        if gan.stop_training:
            break
    callbacks.on_train_end()
    return gan.history


def set_end(gan, kimg, minutes) -> int:
    """Set when training ends, and return the number of images at which it does.

        minutes, a new model       as it was planned
        minutes, one that began    the clock ends it after so many more
        kimg                       after so many thousand images more
        neither                    with the schedule, or with the time box that the model already has

    In a time box the clock alone decides. The number is then where the plan ends; a fast machine passes it.
    """
    progress = gan.progress
    if minutes and progress.images:
        progress.minutes = progress.seconds / 60 + minutes
    if kimg:
        progress.minutes = None
        return progress.images + round(1000 * kimg)
    return gan.schedule.total_images


class Clock:
    """Seconds of training, counted on from ``already``."""

    def __init__(self, already: float = 0.0):
        # As if it had run since then: a resumed run counts on from where it was.
        self.start = time.perf_counter() - already

    def seconds(self) -> float:
        return time.perf_counter() - self.start


def train_tick(gan, data: Source, callbacks, end: int, clock: Clock) -> dict[str, float]:
    """Steps until the next report, one at least; returns the means over them."""
    # How long a tick is, in images, depends on the resolution at which it begins.
    progress = gan.progress
    means = TickMeans()
    begun = clock.seconds()
    first_image = progress.images
    tick_images = 1000 * gan.config.tick_kimg.get(gan.schedule.phase_at(progress.images).resolution, 10)

    while True:
        # Which phase of growing is it? A new one resets the optimizers.
        index = gan.schedule.index_at(progress.images)
        phase = gan.schedule.phases[index]
        if index != progress.phase:
            begin_phase(gan, index)

        # Where in the phase? Alpha rises in a fade; the rate may fall towards the end.
        if gan.config.decay_kimg:
            share_left = progress.share_left(end, gan.schedule.total_images)
            set_learning_rate(gan, gan.schedule.learning_rate_at(progress.images, share_left))
        alpha = phase.alpha(progress.images)

        # One step: D, the averages, G. ``run_step`` also moves progress.images and progress.steps on.
        step = progress.steps
        callbacks.on_train_batch_begin(step)
        scalars = gan.run_step(data, phase, alpha)
        logs = {name: float(value) for name, value in scalars.items()}  # waits for the device
        progress.seconds = clock.seconds()

        # Its scalars. Lazy R1 is computed in some steps only: the others do not count in its mean.
        has_penalty = penalty_is_due(gan.config, step)
        means.add(logs, without=() if has_penalty else ("penalty",))
        callbacks.on_train_batch_end(step, logs)

        # Time to report?
        is_full = progress.images - progress.tick_start >= tick_images
        if is_full or progress.is_over(end) or gan.stop_training:
            break

    # What the report says: the place in the schedule, the means, the speed.
    progress.tick_start = progress.images
    seconds = clock.seconds()
    return {
        "kimg": progress.images / 1000,
        "resolution": phase.resolution,
        "alpha": alpha,
        "seconds": seconds,
        **means.values(),
        "images_per_second": (progress.images - first_image) / (seconds - begun),
    }


class TickMeans:
    """Scalars of the steps of a tick: their means, and of skipped updates the number."""

    def __init__(self):
        self.sums = {}
        self.counts = {}

    def add(self, logs: dict[str, float], without=()) -> None:
        """Take the scalars of a step; those ``without`` a value in this step do not count."""
        # A scalar without a value keeps its column: its mean may be that of other steps, or NaN.
        for name, value in logs.items():
            has_value = name not in without
            self.sums[name] = self.sums.get(name, 0.0) + (value if has_value else 0.0)
            self.counts[name] = self.counts.get(name, 0) + has_value

    def values(self) -> dict[str, float]:
        return {name: self._value(name) for name in self.sums}

    def _value(self, name):
        # Of skipped updates the number counts: one is harmless, twenty are a breakdown.
        if name in ("d_skipped", "g_skipped"):
            return self.sums[name]
        return self.sums[name] / self.counts[name] if self.counts[name] else np.nan


def begin_phase(gan, index: int) -> None:
    """Begin a phase of the schedule: both optimizers are reset and take its learning rate.

    Source: official training_loop.py, reset_opt_for_new_lod.
    """
    # The moments of the last phase belong to networks that were smaller, or faded in less.
    for variable, value in zip(gan.optimizer_variables, gan.initial_optimizer_values, strict=True):
        variable.assign(value)
    gan.progress.phase = index
    set_learning_rate(gan, gan.schedule.phases[index].learning_rate)


def set_learning_rate(gan, rate: float) -> None:
    """Give the discriminator a learning rate, and the generator ``config.generator_lr`` times that."""
    gan.discriminator_optimizer.learning_rate = rate
    gan.generator_optimizer.learning_rate = gan.config.generator_lr * rate


def check_length(kimg, minutes, epochs) -> None:
    """Raise ValueError for a length of training that is none: 0 or less, no number, or two at once."""
    for name, value in (("kimg", kimg), ("minutes", minutes)):
        if value is not None and not 0 < value < float("inf"):
            raise ValueError(f"{name} is {value!r}; give a number above 0, or leave it out")
    if epochs is not None and not epochs >= 0:
        raise ValueError(f"epochs is {epochs!r}; give a number of ticks, or leave it out")
    if kimg and minutes:
        raise ValueError(
            f"kimg = {kimg:g} and minutes = {minutes:g} are both given; training ends by the one or the other"
        )


def take_data(gan, data: Source) -> Source:
    """The data, if the model can be trained on them. A conditional model takes note of their labels.

    Raises:
        ValueError: if not; it says what to change.
    """
    # Colour and size.
    config = gan.config
    if data.channels != config.channels:
        raise ValueError(
            f"{data.name} has {data.channels} channels; this model expects {config.channels}: "
            f"set channels={data.channels}"
        )
    if data.resolution < config.resolution:
        raise ValueError(
            f"{data.name} has side {data.resolution}; this model expects {config.resolution} or more"
        )
    # Labels, which G draws for its own fakes as often as the data have them.
    if config.label_dim:
        if data.labels is None or data.labels.max() >= config.label_dim:
            found = "none" if data.labels is None else f"numbers up to {data.labels.max()}"
            expected = f"0 to {config.label_dim - 1}"
            why = f" ({data.why_unlabelled})" if data.labels is None and data.why_unlabelled else ""
            raise ValueError(
                f"{data.name}: labels are {found}; label_dim = {config.label_dim} expects {expected}{why}"
            )
        gan.draw_labels_from(data.labels)
    return data


def check_parts(gan) -> None:
    """Check that the batch of every stage can be divided.

    It is divided among the devices, and there into the parts of ``config.accumulate``.

    Raises:
        ValueError: if it does not.
    """
    config = gan.config
    replicas = distribution.replicas(gan.distribute_strategy)
    for r in gan.schedule.resolutions:
        batch, parts = config.batch_size_at(r), config.parts_at(r)
        size, rest = divmod(batch, replicas * parts)
        # First among the devices, then into parts ...
        devices = f"is divided among {replicas} devices"
        what = f"the batch of {batch} at {r}x{r} {devices}, and there into {parts} parts"
        if rest:
            raise ValueError(f"{what}; choose a multiple of {replicas * parts} in batch_sizes")
        # ... and what is computed at once must divide into groups of the minibatch deviation.
        if size > config.mbstd_group > 1 and size % config.mbstd_group:
            expected = f"a multiple of mbstd_group = {config.mbstd_group}, or fewer"
            raise ValueError(
                f"{what}; of these {size} images the minibatch deviation makes groups: choose {expected}"
            )


def callback_list(gan, callbacks, verbose, end: int, epochs) -> keras.callbacks.CallbackList:
    """The callbacks given, with a guard against NaN and a progress display.

    Of several workers only the chief writes.
    """
    # A list, one alone, or Keras's own object around a list.
    given = callbacks.callbacks if isinstance(callbacks, keras.callbacks.CallbackList) else callbacks
    callbacks = [given] if isinstance(given, keras.callbacks.Callback) else list(given or [])
    # Workers other than the chief compute, and write nothing.
    if not distribution.is_chief(gan.distribute_strategy):
        callbacks = [c for c in callbacks if not getattr(c, "chief_only", False)]
        verbose = 0
    # The guard comes first, so that it stops training before a broken model is saved.
    if not any(isinstance(c, NaNGuard) for c in callbacks):
        callbacks.insert(0, NaNGuard())
    if verbose:
        callbacks.append(Progress(end, bar=verbose != 2))
    params = {"verbose": verbose, "epochs": epochs, "steps": None}
    return keras.callbacks.CallbackList(callbacks, add_history=True, model=gan, **params)

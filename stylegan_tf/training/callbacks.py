"""What ``fit`` itself needs: the guard against NaN, and the display of progress.

runs/recording.py has those that draw.
"""

from __future__ import annotations

import collections
import time

import keras
from tqdm.auto import tqdm


class NaNGuard(keras.callbacks.Callback):
    """Stop when updates are skipped again and again because a gradient is not finite.

    A single skipped update is harmless: official optimizer.py, apply_updates, skips them too. The logs count
    them as ``d_skipped`` and ``g_skipped``. With lazy R1 the penalty is computed in every ``r1_every``-th
    step only. If it is what fails, the steps between are sound. So the guard looks at the last
    ``limit * r1_every`` steps.

    Args:
        limit: skipped steps, among those, that are too many.

    Raises:
        FloatingPointError: when there are ``limit`` of them.
    """

    def __init__(self, limit: int = 20):
        super().__init__()
        self.limit = limit

    def on_train_begin(self, logs=None):
        # Of the last steps: whether one of their two updates was skipped.
        self.skipped = collections.deque(maxlen=self.limit * self.model.config.r1_every)

    def on_train_batch_end(self, batch, logs=None):
        self.skipped.append(bool(logs["d_skipped"] or logs["g_skipped"]))
        # Too many: the weights are still those of the last sound step.
        if sum(self.skipped) >= self.limit:
            where = f"step {batch}, {self.model.progress.images / 1000:.1f} kimg"
            raise FloatingPointError(
                f"the gradients were not finite in {self.limit} of the last {len(self.skipped)} steps "
                f"({where}); no update was made in them. Continue from the last checkpoint with a lower "
                "learning_rate or a higher r1_gamma"
            )


class Progress(keras.callbacks.Callback):
    """A progress bar in terminal and notebook, or a line per tick: phase, alpha, kimg, images/s, time left.

    Args:
        end: images at which training ends. In a time box the clock decides instead.
        bar: True for the bar, False for the lines.
    """

    def __init__(self, end: int, bar: bool = True):
        super().__init__()
        self.end = end
        self.use_bar = bar
        self.bar = None
        self.losses = ""

    def on_train_begin(self, logs=None):
        # In percent, since a time box has no number of images at which it ends.
        if self.use_bar:
            self.bar = tqdm(
                total=100.0,
                initial=self._percent(self.model.progress),
                bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}{postfix}",
                leave=True,
                mininterval=0.5,
            )

    def on_epoch_begin(self, epoch, logs=None):
        # Where the tick begins, for its speed.
        self.begun = time.perf_counter()
        self.first = self.model.progress.images

    def on_train_batch_end(self, batch, logs=None):
        if not self.bar:
            return
        # On the left: where growing stands.
        progress = self.model.progress
        phase = self.model.schedule.phase_at(progress.images)
        growth = f"fade {phase.alpha(progress.images):.2f}" if phase.fading else "stable"
        side = f"{phase.resolution}x{phase.resolution}"
        self.bar.set_description_str(f"{side} {growth} {progress.images / 1000:.1f} kimg", refresh=False)
        # On the right: the speed, and the losses of the last tick.
        self.bar.set_postfix_str(self._speed() + self.losses, refresh=False)
        self.bar.update(self._percent(progress) - self.bar.n)

    def on_epoch_end(self, epoch, logs=None):
        self.losses = f", D {logs['d_loss']:.3f} G {logs['g_loss']:.3f}"
        if "augment_p" in logs:
            self.losses += f", augmented {logs['augment_p']:.0%}"
        # Without a bar, a line.
        if not self.bar:
            side = f"{logs['resolution']:.0f}x{logs['resolution']:.0f}"
            place = f"{logs['kimg']:.1f} kimg  {side}  alpha {logs['alpha']:.2f}"
            print(f"tick {epoch}  {place}  {self._speed()}{self.losses}", flush=True)

    def on_train_end(self, logs=None):
        if self.bar:
            self.bar.close()

    def _percent(self, progress):
        """How much of the run is done, by images, or by the clock in a time box."""
        if progress.minutes is None:
            done = progress.images / max(self.end, 1)
        else:
            done = progress.seconds / (60 * progress.minutes)
        return min(100.0, 100.0 * done)

    def _speed(self):
        """Images/s since the last report, and the time left at this speed."""
        # Measured since the tick began; in the first moment the time may be 0.
        progress = self.model.progress
        speed = (progress.images - self.first) / max(time.perf_counter() - self.begun, 1e-9)
        # Left: of the time box, or of the images at this speed.
        if progress.minutes:
            seconds_left = 60 * progress.minutes - progress.seconds
        else:
            seconds_left = (self.end - progress.images) / max(speed, 1e-9)
        return f"{speed:.0f} images/s, {max(seconds_left, 0) / 60:.1f} min left"

"""What ``fit`` itself needs: the guard against NaN, and the display of progress.

runs/callbacks.py has those that draw.
"""

from __future__ import annotations

import collections
import time

import keras
from tqdm.auto import tqdm


class NaNGuard(keras.callbacks.Callback):
    """Stop when updates are skipped again and again because a gradient is not finite.

    A single skipped update is harmless (official optimizer.py: apply_updates skips them too).
    It is counted as ``d_skipped`` and ``g_skipped``. Lazy R1 is taken each
    ``r1_every``-th step only, so that what it spoils does not come in a row: the last ``limit * r1_every``
    steps count.

    Raises:
        FloatingPointError: when ``limit`` of them were skipped.
    """

    def __init__(self, limit: int = 20):
        super().__init__()
        self.limit = limit

    def on_train_begin(self, logs=None):
        self.skipped = collections.deque(maxlen=self.limit * self.model.config.r1_every)

    def on_train_batch_end(self, batch, logs=None):
        self.skipped.append(bool(logs["d_skipped"] or logs["g_skipped"]))
        if sum(self.skipped) >= self.limit:
            where = f"step {batch}, {self.model.progress.images / 1000:.1f} kimg"
            raise FloatingPointError(
                f"the gradients were not finite in {self.limit} of the last {len(self.skipped)} steps ({where}); no update was "
                "made in them. Go on from the last checkpoint with a lower learning_rate or a higher r1_gamma"
            )


class Progress(keras.callbacks.Callback):
    """A progress bar in terminal and notebook, or a line per tick: phase, alpha, kimg, images/s, time left."""

    def __init__(self, end: int, bar: bool = True):
        super().__init__()
        self.end, self.use_bar, self.bar = end, bar, None
        self.losses = ""

    def on_train_begin(self, logs=None):
        if self.use_bar:
            p = self.model.progress
            form = "{desc} {percentage:3.0f}%|{bar}| {elapsed}{postfix}"
            self.bar = tqdm(
                total=100.0, initial=self._percent(p), bar_format=form, leave=True, mininterval=0.5
            )

    def on_epoch_begin(self, epoch, logs=None):
        self.begun, self.first = time.perf_counter(), self.model.progress.images

    def _percent(self, p):
        done = p.images / max(self.end, 1) if p.minutes is None else p.seconds / (60 * p.minutes)
        return min(100.0, 100.0 * done)

    def _speed(self):
        """Images/s since the last report, and the time left at this speed."""
        p = self.model.progress
        speed = (p.images - self.first) / max(time.perf_counter() - self.begun, 1e-9)
        left = 60 * p.minutes - p.seconds if p.minutes else (self.end - p.images) / max(speed, 1e-9)
        return f"{speed:.0f} images/s, {max(left, 0) / 60:.1f} min left"

    def on_train_batch_end(self, batch, logs=None):
        if not self.bar:
            return
        p = self.model.progress
        phase = self.model.schedule.phase_at(p.images)
        state = f"fade {phase.alpha(p.images):.2f}" if phase.fading else "stable"
        self.bar.set_description_str(
            f"{phase.resolution}x{phase.resolution} {state} {p.images / 1000:.1f} kimg", refresh=False
        )
        self.bar.set_postfix_str(self._speed() + self.losses, refresh=False)
        self.bar.update(self._percent(p) - self.bar.n)

    def on_epoch_end(self, epoch, logs=None):
        self.losses = f", D {logs['d_loss']:.3f} G {logs['g_loss']:.3f}"
        if not self.bar:
            side = f"{logs['resolution']:.0f}x{logs['resolution']:.0f}"
            place = f"{logs['kimg']:.1f} kimg  {side}  alpha {logs['alpha']:.2f}"
            print(f"tick {epoch}  {place}  {self._speed()}{self.losses}", flush=True)

    def on_train_end(self, logs=None):
        if self.bar:
            self.bar.close()

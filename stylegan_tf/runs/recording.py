"""Callbacks that draw and write while a run trains: diagnostics, samples and checkpoints, TensorBoard."""

from __future__ import annotations

import collections

import keras
import numpy as np
from keras import ops

from stylegan_tf.data.part import Part
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.figures.layout import grid
from stylegan_tf.metrics.entanglement import z_share
from stylegan_tf.networks.sampling import images_at_once, images_of
from stylegan_tf.training.fade_of_reals import fade_reals


class Diagnostics(keras.callbacks.Callback):
    """Adds ``z_share`` to each tick: the share of pixel variance that z explains, against noise.

    Near 0, the generator ignores z and all variety is noise; a healthy one is near 1.
    """

    chief_only = True

    def on_epoch_end(self, epoch, logs=None):
        logs["z_share"] = z_share(self.model.ema_generator, int(logs["resolution"]), logs["alpha"])


class HeldOut(keras.callbacks.Callback):
    """Adds ``seen_score`` and ``unseen_score`` to each tick: D's mean scores of two kinds of real pictures.

    Those that train, and those that never do. While D judges by what all such pictures have in common, it
    scores both alike. Where it knows the first by heart, the second fall to the scores of generated ones.
    No picture is augmented for it.

    Args:
        seen: Source of the pictures that train.
        unseen: Source of those that are held out.
        most: pictures of each kind that are scored.
    """

    chief_only = True

    def __init__(self, seen, unseen, most: int = 256):
        super().__init__()
        # As many of both kinds, and whole groups of the minibatch deviation.
        count = min(most, len(unseen), len(seen))
        self.seen = Part(seen, np.linspace(0, len(seen) - 1, count).astype(int))
        self.unseen = Part(unseen, np.linspace(0, len(unseen) - 1, count).astype(int))

    def on_epoch_end(self, epoch, logs=None):
        resolution = int(logs["resolution"])
        logs["seen_score"] = self._mean_score(self.seen, resolution, logs["alpha"])
        logs["unseen_score"] = self._mean_score(self.unseen, resolution, logs["alpha"])

    def _mean_score(self, data, resolution, alpha):
        """D's mean score of all pictures of a source, as it sees them at this stage."""
        config = self.model.config
        # Whole groups of the minibatch deviation, as many at once as fit in memory.
        group = max(1, config.mbstd_group)
        count = len(data) // group * group
        at_once = max(1, images_at_once(resolution) // group) * group
        scores = []
        for start in range(0, count, at_once):
            places = np.arange(start, min(start + at_once, count))
            reals = ops.convert_to_tensor(to_unit_range(data.rows(places, resolution)))
            labels = None
            if config.label_dim:
                labels = np.eye(config.label_dim, dtype="float32")[data.labels[places]]
            score = self.model.discriminator(fade_reals(reals, np.float32(alpha)), alpha=alpha, labels=labels)
            scores.append(np.ravel(score))
        return float(np.mean(np.concatenate(scores)))


class SaveRun(keras.callbacks.Callback):
    """After each tick: a picture of 64 fixed latents, history.csv, a checkpoint.

    A tick that ends in skipped updates has no checkpoint, unless training ends with it. Training may be
    breaking down there, and a checkpoint is where it goes on with other settings.

    Args:
        run: runs.run.Run.
        history: rows of the ticks before, from ``run.resume``.
        keep: checkpoints to keep.
    """

    chief_only = True

    def __init__(self, run, history=None, keep: int = 3):
        super().__init__()
        self.run = run
        self.rows = list(history or [])
        self.keep = keep
        self.is_saved = True

    def on_train_begin(self, logs=None):
        # The last steps: as many as lazy R1 has in a round.
        self.skipped = collections.deque(maxlen=self.model.config.r1_every)

    def on_train_batch_end(self, batch, logs=None):
        self.skipped.append(bool(logs["d_skipped"] or logs["g_skipped"]))

    def on_epoch_end(self, epoch, logs=None):
        self.rows.append(dict(logs))

        # The picture, at the full resolution from the first tick on, so that all are of one size.
        resolution = int(logs["resolution"])
        images = sample_images(self.model, resolution, logs["alpha"])
        picture = grid(images, 8, scale=self.model.config.resolution // resolution)
        self.run.write_sample(picture, f"{logs['kimg']:010.3f}_{resolution}x{resolution}.png")

        self.run.write_history(self.rows)
        self.is_saved = not any(self.skipped)
        if self.is_saved:
            self.run.save(self.model, self.rows, self.keep)

    def on_train_end(self, logs=None):
        if not self.is_saved:
            self.run.save(self.model, self.rows, self.keep)


class TensorBoardLog(keras.callbacks.Callback):
    """Scalars and the picture of 64 fixed latents for TensorBoard, against images seen.

    Args:
        folder: where TensorBoard looks for them.

    Raises:
        OSError: when the first tick ends, if the folder cannot be made.
    """

    chief_only = True

    def __init__(self, folder):
        super().__init__()
        self.folder = str(folder)
        self.writer = None

    def on_epoch_end(self, epoch, logs=None):
        import tensorflow as tf

        # The file is made at the first tick, not when a run is only prepared.
        if self.writer is None:
            try:
                self.writer = tf.summary.create_file_writer(self.folder)
            except tf.errors.OpError as error:
                raise OSError(
                    f"can't write {self.folder} for TensorBoard; free space, or see what is in its place"
                ) from error

        images = sample_images(self.model, int(logs["resolution"]), logs["alpha"])
        picture = np.asarray(grid(images, 8))  # (height, width), or (height, width, 3)
        picture = picture[None, ..., None] if picture.ndim == 2 else picture[None]
        with self.writer.as_default(step=self.model.progress.images):
            for name, value in logs.items():
                tf.summary.scalar(name, value)
            tf.summary.image("samples", picture)
        self.writer.flush()

    def on_train_end(self, logs=None):
        if self.writer:
            self.writer.close()
            self.writer = None  # a second fit opens another


def sample_images(gan, resolution: int, alpha: float, count: int = 64):
    """Images (count, r, r, C) of the averaged generator for fixed latents, stored noise, no truncation.

    The latents are those of seeds 0, 1, ...; ``alpha`` is the weight of the newest block, 0 to 1.
    """
    return images_of(gan.ema_generator, range(count), resolution=resolution, alpha=np.float32(alpha))

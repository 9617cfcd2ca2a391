"""The museum of broken GANs: short training runs with one planted defect each, for lesson 08 to diagnose."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from stylegan_tf.config import Config
from stylegan_tf.data.digits import load_digits
from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.data.source import Images
from stylegan_tf.files import data_file, write_atomically
from stylegan_tf.presets import preset
from stylegan_tf.runs.recording import Diagnostics, sample_images
from stylegan_tf.training.model import StyleGAN

KIMG = 36.0
DEFECTS: dict[str, str] = {
    "none": "a healthy run",
    "rate": "the learning rate is ten times too high",
    "gamma": "the weight of R1 is a thousand times too large",
    "range": "real images are scaled to [0, 1], generated ones to [-1, 1]",
    "order": "the data are sorted by digit and not shuffled",
    "average": "the average of the generator has a half-life far longer than the run",
    "copies": "the data set holds 16 images, shown again and again",
}
ANSWERS = {  # room -> defect
    "A": "order",
    "B": "none",
    "C": "gamma",
    "D": "copies",
    "E": "rate",
    "F": "range",
    "G": "average",
}
_CHANGES = {  # defects that are planted in the Config
    "rate": dict(learning_rate=0.1),
    "gamma": dict(r1_gamma=2000.0),
    "average": dict(ema_kimg=200.0),
}
_SHOWN = 32  # latents whose images are kept at every tick


@dataclass(frozen=True)
class Exhibit:
    """What is on show of one run.

    Attributes:
        samples: uint8 (ticks, 32, 16, 16, 1), images of the averaged generator for the same 32 latents,
            enlarged to 16x16.
        history: a dict per tick, as ``fit`` reports it.
    """

    samples: np.ndarray
    history: list[dict]


class _InOrder(Images):
    """Digits in the order in which they are stored: the defect "order"."""

    def _order(self, seed, epoch):
        return np.arange(len(self))


class _Keep(keras.callbacks.Callback):
    """Keeps the images and the scalars of every tick."""

    def on_train_begin(self, logs=None):
        self.samples = []
        self.history = []

    def on_epoch_end(self, epoch, logs=None):
        side = int(logs["resolution"])
        small = to_uint8(sample_images(self.model, side, logs["alpha"], _SHOWN))
        self.samples.append(small.repeat(16 // side, axis=1).repeat(16 // side, axis=2))
        self.history.append({name: float(value) for name, value in logs.items()})


def config(defect: str = "none", kimg: float = KIMG, seed: int = 0) -> Config:
    """Digits at 16x16, grown from 4x4, with the defect if it is one that a Config can have.

    Args:
        defect: one of ``DEFECTS``.
        kimg: length of the run; its stages and ticks keep their shares.
        seed: of all random draws.

    Raises:
        ValueError: for an unknown defect.
    """
    if defect not in DEFECTS:
        raise ValueError(f"there is no defect '{defect}'; choose from {', '.join(DEFECTS)}")
    # Stages and ticks in kimg, 36 of them in all, or as many as ``kimg`` says.
    share = kimg / KIMG
    stages = {4: (0, 4 * share), 8: (2 * share, 6 * share), 16: (4 * share, 20 * share)}
    ticks = {4: 4 * share, 8: 4 * share, 16: 6 * share}
    settings = dict(
        resolution=16,
        ema_kimg=2.0,
        seed=seed,
        stage_kimg=stages,
        total_kimg=kimg,
        time_shares={},
        tick_kimg=ticks,
    )
    settings |= _CHANGES.get(defect, {})
    return preset("mnist32").replace(**settings)


def train(defect: str = "none", kimg: float = KIMG, seed: int = 0, verbose: int | str = 0) -> Exhibit:
    """Train a run with that defect, one of ``DEFECTS``; a minute or two on two cores."""
    settings = config(defect, kimg, seed)

    # The data, with the defect if it is one of theirs.
    digits = load_digits()
    images = digits.level(16)
    if defect == "order":
        by_class = np.argsort(digits.labels, kind="stable")
        data = _InOrder(images[by_class], name="sorted digits")
    elif defect == "range":
        half = (128 + images.astype("int32") // 2).astype("uint8")
        data = Images(half, name="digits in half of the range")
    elif defect == "copies":
        data = Images(images[:16], name="digits")
    else:
        data = Images(images, name="digits")

    # The run.
    gan = StyleGAN(settings)
    keep = _Keep()
    gan.compile()
    gan.fit(data, callbacks=[Diagnostics(), keep], verbose=verbose)
    return Exhibit(np.stack(keep.samples), keep.history)


def write(path: str | Path, exhibits: dict[str, Exhibit]) -> None:
    """Keep exhibits in a file, by defect."""
    content = io.BytesIO()
    history = json.dumps({name: exhibit.history for name, exhibit in exhibits.items()})
    samples = {f"samples/{name}": exhibit.samples for name, exhibit in exhibits.items()}
    np.savez_compressed(content, history=np.array(history), **samples)
    write_atomically(path, content.getvalue())


def room() -> dict[str, Exhibit]:
    """The shipped exhibits under the letters A to G, without the names that would give the defects away."""
    exhibits = visit()
    return {letter: exhibits[defect] for letter, defect in ANSWERS.items()}


def visit() -> dict[str, Exhibit]:
    """The shipped exhibits, by defect; ``tools/museum.py`` made them."""
    with np.load(data_file("museum.npz")) as file:
        history = json.loads(str(file["history"]))
        return {name: Exhibit(file[f"samples/{name}"], rows) for name, rows in history.items()}

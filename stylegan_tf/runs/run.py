"""A run: a folder with config, history, samples and checkpoints; and ``load``, which opens what was saved."""

from __future__ import annotations

import csv
import io
import json
import os
import platform
from pathlib import Path

import keras
import tensorflow as tf

from stylegan_tf.config import Config
from stylegan_tf.files import expanded, write_atomically, write_csv
from stylegan_tf.runs.checkpoints import (
    DamagedCheckpoint,
    is_export,
    read_checkpoint,
    restore,
    restore_export,
    save_checkpoint,
)
from stylegan_tf.runs.owner import OWNER
from stylegan_tf.runs.resume import resume
from stylegan_tf.training.model import StyleGAN
from stylegan_tf.training.precision import policy_of

# What a run keeps for itself: it is read again, or belongs to who trains. figures/ is drawn anew each time.
KEPT = (
    "config.json",
    "history.csv",
    "scores.json",
    "report.html",
    OWNER,
    "samples",
    "checkpoints",
    "tensorboard",
)


class Run:
    """A run's folder: config.json, history.csv, samples/, checkpoints/, tensorboard/, figures/, report.html.

    While somebody trains it, owner.json says who (runs/owner.py).

    Args:
        path: the folder; it need not exist yet.
    """

    def __init__(self, path):
        self.path = expanded(path)

    @property
    def info(self) -> dict:
        """config.json: the Config, the data set, the command, versions.

        Raises:
            FileNotFoundError: if the folder holds no run.
        """
        file = self.path / "config.json"
        if not file.exists():
            raise FileNotFoundError(
                f"{self.path} is not a run (it has no config.json); stylegan-tf train --out makes one"
            )
        return json.loads(file.read_text("utf-8"))

    @property
    def config(self) -> Config:
        """The Config of config.json."""
        return Config.from_dict(self.info["config"])

    def describe(self, config: Config, **info) -> None:
        """Write config.json: the Config, what ``info`` says, versions and machine."""
        about = {
            **info,
            "versions": versions(),
            "machine": {"cores": os.cpu_count(), "system": platform.platform()},
            "config": config.to_dict(),
        }
        write_atomically(self.path / "config.json", json.dumps(about, indent=1).encode())

    def has_begun(self) -> bool:
        """Whether the folder holds a run already."""
        return bool(self.checkpoints()) or (self.path / "config.json").exists()

    def keeps(self, path: Path) -> bool:
        """Whether a path is one of the run's own files, or in one of its own folders."""
        folder = self.path.resolve()
        path = Path(path).resolve()
        return path.is_relative_to(folder) and path.relative_to(folder).parts[:1] in {(k,) for k in KEPT}

    def history(self) -> list[dict]:
        """One row per tick, numbers as floats, NaN where there is none; empty before the first tick."""
        file = self.path / "history.csv"
        if not file.exists():
            return []
        rows = csv.DictReader(io.StringIO(file.read_text("utf-8")))
        return [{name: _number(text) for name, text in row.items()} for row in rows]

    def write_history(self, rows: list[dict]) -> None:
        """Write history.csv, one row per tick."""
        write_csv(self.path / "history.csv", rows)

    def write_sample(self, picture, name: str) -> None:
        """Add a picture (PIL) to samples/."""
        content = io.BytesIO()
        picture.save(content, "PNG")
        write_atomically(self.path / "samples" / name, content.getvalue())

    def sample_files(self) -> list[Path]:
        """Pictures of the same latents through training, in order."""
        return sorted((self.path / "samples").glob("*.png"))

    def checkpoints(self) -> list[Path]:
        """Checkpoint files, the newest last."""
        return sorted((self.path / "checkpoints").glob("*.npz"))

    def save(self, gan: StyleGAN, history: list[dict] = (), keep: int = 3) -> Path:
        """Add a checkpoint, then drop all but the last ``keep``."""
        path = self.path / "checkpoints" / f"{gan.progress.images:012d}.npz"
        save_checkpoint(gan, path, history)
        for old in self.checkpoints()[:-keep]:
            old.unlink()
        return path

    def resume(self, gan: StyleGAN) -> list[dict] | None:
        """Restore the newest sound checkpoint; damaged ones are named and skipped. None if there is none.

        Of several workers the chief reads, and all copy what it found, however many wrote the checkpoint.

        Returns:
            the history up to the checkpoint, to which history.csv is set back.
        """
        return resume(self, gan)


def _number(text: str) -> float:
    return float(text) if text else float("nan")


def versions() -> dict[str, str]:
    """Versions of Python, TensorFlow and Keras, by their names in lower case."""
    return {"python": platform.python_version(), "tensorflow": tf.__version__, "keras": keras.__version__}


def load(path) -> StyleGAN:
    """A run folder, a checkpoint (.npz) or a saved model (.keras) -> StyleGAN, compiled.

    Raises:
        FileNotFoundError: if there is nothing.
        DamagedCheckpoint: if a file is damaged, or no checkpoint of the run is sound.
        ValueError: if a .keras file holds another kind of model.
    """
    path = expanded(path)
    if path.suffix in (".keras", ".npz") and not path.exists():
        raise FileNotFoundError(f"{path} does not exist")

    # What Keras saved.
    if path.suffix == ".keras":
        return _load_keras(path)

    # A checkpoint, or an export of a trained model.
    if path.suffix == ".npz":
        about, arrays = read_checkpoint(path)
        gan = _compiled(about["config"])
        if is_export(arrays):
            restore_export(gan, path)
        else:
            restore(gan, path)
        return gan

    # A run: its newest checkpoint.
    run = Run(path)
    gan = _compiled(run.info["config"])
    if run.resume(gan) is None:
        raise DamagedCheckpoint(f"{path} has no sound checkpoint yet; train it first")
    return gan


def _load_keras(path):
    gan = keras.saving.load_model(path)
    if not isinstance(gan, StyleGAN):
        raise ValueError(
            f"{path} holds a {type(gan).__name__}, not a StyleGAN; keras.saving.load_model opens it"
        )
    return gan


def _compiled(config):
    """A new StyleGAN of its own precision, ready for a checkpoint; config: a dict, as in the file."""
    config = Config.from_dict(config)
    gan = StyleGAN(config, dtype=policy_of(config))
    gan.compile()
    return gan

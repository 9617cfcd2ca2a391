"""A run: a folder with config, history, samples and checkpoints; and ``load``, which opens all that was
saved.
"""

from __future__ import annotations

import csv
import io
import json
import os
import platform
from pathlib import Path

import keras
import tensorflow as tf

from stylegan_tf.runs.checkpoints import DamagedCheckpoint, follow_chief, read_checkpoint, restore, restore_export, save_checkpoint, is_export
from stylegan_tf.config import Config
from stylegan_tf.files import data_file
from stylegan_tf.training.distribution import is_chief
from stylegan_tf.files import write_atomically, write_csv
from stylegan_tf.training.model import StyleGAN


class Run:
    """A run's folder: config.json, history.csv, samples/, checkpoints/, tensorboard/, figures/, report.html.

    Args:
        path: the folder; it need not exist yet.
    """

    def __init__(self, path):
        self.path = Path(path)

    @property
    def info(self) -> dict:
        """config.json: the Config, the data set, the command, versions.

        Raises:
            FileNotFoundError: if the folder holds no run.
        """
        file = self.path / "config.json"
        if not file.exists():
            raise FileNotFoundError(f"{self.path} is not a run (it has no config.json); stylegan-tf train --out makes one")
        return json.loads(file.read_text())

    @property
    def config(self) -> Config:
        return Config.from_dict(self.info["config"])

    def describe(self, config: Config, **info) -> None:
        """Write config.json."""
        machine = {"cores": os.cpu_count(), "system": platform.platform()}
        content = json.dumps({**info, "versions": versions(), "machine": machine, "config": config.to_dict()}, indent=1)
        write_atomically(self.path / "config.json", content.encode())

    def has_begun(self) -> bool:
        """Whether the folder holds a run already."""
        return bool(self.checkpoints()) or (self.path / "config.json").exists()

    def history(self) -> list[dict]:
        """One row per tick, numbers as floats; empty before the first."""
        file = self.path / "history.csv"
        text = file.read_text() if file.exists() else ""
        return [{k: float(v) if v else float("nan") for k, v in row.items()} for row in csv.DictReader(io.StringIO(text))]

    def write_history(self, rows: list[dict]) -> None:
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
        save_checkpoint(gan, path := self.path / "checkpoints" / f"{gan.progress.images:012d}.npz", history)
        for old in self.checkpoints()[:-keep]:
            old.unlink()
        return path

    def resume(self, gan: StyleGAN) -> list[dict] | None:
        """Restore the newest sound checkpoint; damaged ones are named and skipped. None if there is none.

        Of several workers the chief reads, and all take over what it found, however many wrote the
        checkpoint.

        Returns:
            the history up to it, to which history.csv is set back.
        """
        return follow_chief(gan, self._resume(gan) if is_chief(gan.distribute_strategy) else None)

    def _resume(self, gan):
        for path in reversed(self.checkpoints()):
            try:
                history = restore(gan, path)
            except DamagedCheckpoint as error:
                print(f"skipped a checkpoint: {error}", flush=True)
                continue
            if history:
                self.write_history(history)
            return history
        return None


def versions() -> dict[str, str]:
    """Of Python, TensorFlow and Keras."""
    return {"python": platform.python_version(), "tensorflow": tf.__version__, "keras": keras.__version__}


def load(path) -> StyleGAN:
    """A run folder, a checkpoint (.npz) or a saved model (.keras) -> StyleGAN, compiled.

    Raises:
        FileNotFoundError: if there is nothing. DamagedCheckpoint: if no checkpoint of the run is sound.
    """
    path = Path(path)
    if path.suffix in (".keras", ".npz") and not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    if path.suffix == ".keras":
        return _load_keras(path)
    if path.suffix == ".npz":
        about, arrays = read_checkpoint(path)
        gan = _compiled(about["config"])
        if is_export(arrays):
            restore_export(gan, path)
        else:
            restore(gan, path)
        return gan
    run = Run(path)
    gan = _compiled(run.info["config"])
    if run.resume(gan) is None:
        raise DamagedCheckpoint(f"{path} has no sound checkpoint yet; train it first")
    return gan


def _load_keras(path):
    gan = keras.saving.load_model(path)
    if not isinstance(gan, StyleGAN):
        raise ValueError(f"{path} holds a {type(gan).__name__}, not a StyleGAN; keras.saving.load_model opens it")
    return gan


def _compiled(config):
    gan = StyleGAN(Config.from_dict(config))
    gan.compile()
    return gan

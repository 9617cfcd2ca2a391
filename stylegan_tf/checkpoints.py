"""Everything that a run is, saved so that it survives: a folder with config, history, samples and checkpoints."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import os
import platform
import zipfile
from pathlib import Path

import keras
import numpy as np

from stylegan_tf.config import Config
from stylegan_tf.data.digits import data_file
from stylegan_tf.fitting import Progressed
from stylegan_tf.growing import Schedule
from stylegan_tf.training import StyleGAN


class DamagedCheckpoint(ValueError):
    """A checkpoint file that is truncated, altered, or of another network."""


def state_of(gan: StyleGAN) -> dict[str, keras.Variable]:
    """All variables of a run by name: both networks, the average, both optimizers."""
    parts = {"G": gan.generator.weights, "D": gan.discriminator.weights, "E": gan.ema_generator.weights}
    parts |= {"G_adam": gan.generator_optimizer.variables, "D_adam": gan.discriminator_optimizer.variables}
    return {f"{part}/{i}": v for part, variables in parts.items() for i, v in enumerate(variables)}


def save_checkpoint(gan: StyleGAN, path: Path, history: list[dict] = ()) -> None:
    """Write the whole state of training to one file, atomically: it is there complete, or not at all.

    Raises:
        FloatingPointError: if a weight is not finite; what was saved before stays. OSError: if the disk is full.
    """
    arrays = {name: v.numpy() for name, v in state_of(gan).items()}
    for name, value in arrays.items():
        if not np.isfinite(value).all():
            raise FloatingPointError(f"{name} is not finite at {gan.progress.images / 1000:.1f} kimg; nothing was saved")
    _write(path, arrays, {**_describe(gan), "history": list(history)})


def export(gan: StyleGAN, path: Path, **about) -> None:
    """Write what is needed to use a trained model, not to train on: averaged generator and discriminator, in float16.

    ``about``: JSON values to keep beside it, such as the command. ``load`` opens the file.
    """
    parts = {"E": gan.ema_generator.get_weights(), "D": gan.discriminator.get_weights()}
    arrays = {f"{part}/{i}": v.astype("float16") for part, values in parts.items() for i, v in enumerate(values)}
    _write(path, arrays, {**_describe(gan), **about})


def _describe(gan):
    return {"config": gan.config.to_dict(), "progress": dataclasses.asdict(gan.progress)}


def _write(path, arrays, about):
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), "uint8")
    arrays["sha256"] = np.frombuffer(_digest(arrays), "uint8")
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    write_atomically(Path(path), buffer.getvalue())


def read_checkpoint(path: Path) -> tuple[dict, dict[str, np.ndarray]]:
    """The description and the arrays of a checkpoint.

    Raises:
        DamagedCheckpoint: if the file is truncated or its checksum is wrong.
    """
    try:
        with np.load(io.BytesIO(Path(path).read_bytes()), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, KeyError) as error:
        raise DamagedCheckpoint(f"{path} can't be read ({error})") from error
    if arrays.pop("sha256", np.zeros(0)).tobytes() != _digest(arrays):
        raise DamagedCheckpoint(f"{path} is damaged: its checksum is wrong")
    return json.loads(arrays.pop("about").tobytes()), arrays


def restore(gan: StyleGAN, path: Path) -> list[dict]:
    """Set a compiled model to a checkpoint's state; returns the history. Nothing changes if it does not fit.

    Raises:
        DamagedCheckpoint: if the file is damaged or belongs to another network.
    """
    about, arrays = read_checkpoint(path)
    variables = state_of(gan)
    wrong = [n for n, v in variables.items() if n not in arrays or arrays[n].shape != tuple(v.shape)]
    if wrong or len(variables) != len(arrays):
        raise DamagedCheckpoint(f"{path} is of another network (first difference: {(wrong or ['the number of arrays'])[0]})")
    for name, variable in variables.items():
        variable.assign(arrays[name])
    gan.config = Config.from_dict(about["config"])
    gan.schedule, gan.progress = Schedule(gan.config), Progressed(**about["progress"])
    return about["history"]


def _restore_export(gan, arrays):
    for part, model in (("E", gan.ema_generator), ("E", gan.generator), ("D", gan.discriminator)):
        model.set_weights([arrays[f"{part}/{i}"].astype("float32") for i in range(len(model.weights))])


def pretrained(name: str) -> StyleGAN:
    """A model that is shipped in ``data/pretrained``: "mnist32". See data/README.md for how it was made."""
    return load(data_file(f"pretrained/{name}.npz"))


def _digest(arrays) -> bytes:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        value = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {value.dtype} {value.shape}".encode())
        digest.update(value.tobytes())
    return digest.digest()


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside the target, force it to the disk, then rename: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OSError(f"can't write {path} ({error.strerror or error}); free space or choose another --out") from error


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
        import tensorflow as tf

        versions = {"python": platform.python_version(), "tensorflow": tf.__version__, "keras": keras.__version__}
        machine = {"cores": os.cpu_count(), "system": platform.platform()}
        content = json.dumps({**info, "versions": versions, "machine": machine, "config": config.to_dict()}, indent=1)
        write_atomically(self.path / "config.json", content.encode())

    def history(self) -> list[dict]:
        """One row per tick, numbers as floats; empty before the first."""
        file = self.path / "history.csv"
        text = file.read_text() if file.exists() else ""
        return [{k: float(v) if v else float("nan") for k, v in row.items()} for row in csv.DictReader(io.StringIO(text))]

    def write_history(self, rows: list[dict]) -> None:
        columns = list(dict.fromkeys(name for row in rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_atomically(self.path / "history.csv", text.getvalue().encode())

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

        Returns:
            the history up to it, to which history.csv is set back.
        """
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


def load(path) -> StyleGAN:
    """A run folder, a checkpoint (.npz) or a saved model (.keras) -> StyleGAN, compiled.

    Raises:
        FileNotFoundError: if there is nothing. DamagedCheckpoint: if no checkpoint of the run is sound.
    """
    if (path := Path(path)).suffix in (".keras", ".npz") and not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    if path.suffix == ".keras":
        gan = keras.saving.load_model(path)
        if not isinstance(gan, StyleGAN):
            raise ValueError(f"{path} holds a {type(gan).__name__}, not a StyleGAN; keras.saving.load_model opens it")
        return gan
    checkpoint = path.suffix == ".npz"
    about, arrays = read_checkpoint(path) if checkpoint else ({"config": Run(path).info["config"]}, {})
    gan = StyleGAN(Config.from_dict(about["config"]))
    gan.compile()
    if checkpoint and "G/0" not in arrays:
        _restore_export(gan, arrays)
    elif checkpoint:
        restore(gan, path)
    elif Run(path).resume(gan) is None:
        raise DamagedCheckpoint(f"{path} has no sound checkpoint yet; train it first")
    return gan

"""The whole state of training in one file, written so that it survives; runs.py makes a folder of them."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import zipfile
from pathlib import Path

import keras
import numpy as np

from stylegan_tf.training import distribution
from stylegan_tf.config import Config
from stylegan_tf.files import write_atomically
from stylegan_tf.training.loop import TrainingState
from stylegan_tf.training.schedule import Schedule
from stylegan_tf.training.model import StyleGAN


class DamagedCheckpoint(ValueError):
    """A checkpoint file that is truncated, altered, or of another network."""


def state_of(gan: StyleGAN) -> dict[str, keras.Variable]:
    """All variables of a run by name: both networks, the average, both optimizers, the loss scale of float16.
    """
    parts = {"G": gan.generator.weights, "D": gan.discriminator.weights, "E": gan.ema_generator.weights}
    parts |= {"G_adam": gan.generator_optimizer.variables, "D_adam": gan.discriminator_optimizer.variables}
    parts |= {"loss_scale": gan.loss_scale.weights} if gan.loss_scale else {}
    return {f"{part}/{i}": v for part, variables in parts.items() for i, v in enumerate(variables)}


def save_checkpoint(gan: StyleGAN, path: Path, history: list[dict] = ()) -> None:
    """Write the whole state of training to one file, atomically: it is there complete, or not at all.

    Raises:
        FloatingPointError: if a weight is not finite; what was saved before stays. OSError: if the disk is
            full.
    """
    arrays = {name: v.numpy() for name, v in state_of(gan).items()}
    for name, value in arrays.items():
        if not np.isfinite(value).all():
            raise FloatingPointError(f"{name} is not finite at {gan.progress.images / 1000:.1f} kimg; nothing was saved")
    _write(path, arrays, {**_describe(gan), "history": list(history)})


def export(gan: StyleGAN, path: Path, **about) -> None:
    """Write what is needed to use a trained model, not to train on: averaged generator and discriminator, in
    float16.

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
    _set_state(gan, about)
    return about["history"]


def follow_chief(gan: StyleGAN, history: list[dict] | None) -> list[dict] | None:
    """Give every worker the state and the history of the chief, which alone reads and writes the run's
    folder.
    """
    strategy = gan.distribute_strategy
    if distribution.workers(strategy) == 1:
        return history
    text = np.frombuffer(json.dumps({**_describe(gan), "history": history}).encode(), "uint8").astype("int32")
    (length,) = distribution.from_chief(strategy, [np.int32(len(text))])
    variables = list(state_of(gan).values())
    text, *arrays = distribution.from_chief(strategy, [np.resize(text, length), *(v.numpy() for v in variables)])
    for variable, value in zip(variables, arrays, strict=True):
        variable.assign(value)
    about = json.loads(text.astype("uint8").tobytes())
    _set_state(gan, about)
    return about["history"]


def _set_state(gan, about):
    gan.config = Config.from_dict(about["config"])
    gan.schedule = Schedule(gan.config)
    gan.progress = TrainingState(**about["progress"])
    gan.forget_traces()


def is_export(arrays: dict[str, np.ndarray]) -> bool:
    """Whether a file's arrays are what ``export`` writes; a checkpoint has the generator that is trained too.
    """
    return "G/0" not in arrays


def restore_export(gan: StyleGAN, path: Path) -> None:
    """Set a model to what ``export`` wrote. Training can go on where it ended, with new optimizers.

    Raises:
        DamagedCheckpoint: if the file is damaged.
    """
    about, arrays = read_checkpoint(path)
    progress = TrainingState(**about["progress"])
    gan.progress = dataclasses.replace(progress, phase=-1, minutes=None)
    for part, model in (("E", gan.ema_generator), ("E", gan.generator), ("D", gan.discriminator)):
        model.set_weights([arrays[f"{part}/{i}"].astype("float32") for i in range(len(model.weights))])


def _digest(arrays) -> bytes:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        value = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {value.dtype} {value.shape}".encode())
        digest.update(value.tobytes())
    return digest.digest()

"""The whole state of training in one file, written so that it survives; runs/run.py has a folder of them."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import zipfile
from pathlib import Path

import keras
import numpy as np

from stylegan_tf.config import Config
from stylegan_tf.files import expanded, write_atomically
from stylegan_tf.training import distribution
from stylegan_tf.training.loop import TrainingState
from stylegan_tf.training.model import StyleGAN
from stylegan_tf.training.schedule import Schedule


class DamagedCheckpoint(ValueError):
    """A checkpoint file that is truncated, altered, or of another network."""


def state_of(gan: StyleGAN) -> dict[str, keras.Variable]:
    """All variables of a run by name: "G/0", "G/1", ..., in the order of each part's ``weights``.

    The parts are both networks, the averaged generator "E", both optimizers, and, where there are any, the
    loss scale of float16 and the probability of augmentation.
    """
    parts = {
        "G": gan.generator.weights,
        "D": gan.discriminator.weights,
        "E": gan.ema_generator.weights,
        "G_adam": gan.generator_optimizer.variables,
        "D_adam": gan.discriminator_optimizer.variables,
    }
    if gan.loss_scale:
        parts["loss_scale"] = gan.loss_scale.weights
    if gan.augmentation:
        parts["augmentation"] = gan.augmentation.weights
    return {
        f"{part}/{i}": variable for part, variables in parts.items() for i, variable in enumerate(variables)
    }


def save_checkpoint(gan: StyleGAN, path: Path, history: list[dict] = ()) -> None:
    """Write the whole state of training to one file, atomically: it is there complete, or not at all.

    Args:
        gan: a compiled StyleGAN.
        path: of the file, .npz.
        history: rows of the ticks so far, kept with it.

    Raises:
        FloatingPointError: if a weight is not finite; what was saved before stays.
        OSError: if the disk is full.
    """
    arrays = {name: variable.numpy() for name, variable in state_of(gan).items()}
    for name, value in arrays.items():
        if not np.isfinite(value).all():
            kimg = gan.progress.images / 1000
            raise FloatingPointError(f"{name} is not finite at {kimg:.1f} kimg; nothing was saved")
    _write(path, arrays, {**_describe(gan), "history": list(history)})


def export(gan: StyleGAN, path: Path, **about) -> None:
    """Write what is needed to use a trained model: averaged generator and discriminator, in float16.

    The optimizers and the generator that is trained are left out. ``load`` opens the file.

    Args:
        gan: a StyleGAN.
        path: of the file, .npz.
        about: JSON values to keep with it, such as the command.
    """
    parts = {"E": gan.ema_generator.get_weights(), "D": gan.discriminator.get_weights()}
    arrays = {}
    for part, values in parts.items():
        for i, value in enumerate(values):
            arrays[f"{part}/{i}"] = value.astype("float16")
    _write(path, arrays, {**_describe(gan), **about})


def _describe(gan):
    """What a file says of a model besides its arrays, as JSON values."""
    return {"config": gan.config.to_dict(), "progress": dataclasses.asdict(gan.progress)}


def _write(path, arrays, about):
    """One .npz: the arrays, the description as JSON, and a checksum of both."""
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), "uint8")
    arrays["sha256"] = np.frombuffer(_digest(arrays), "uint8")
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    write_atomically(path, buffer.getvalue())


def read_checkpoint(path: Path) -> tuple[dict, dict[str, np.ndarray]]:
    """The description and the arrays of a checkpoint, by the names of ``state_of``.

    Raises:
        DamagedCheckpoint: if the file is truncated or its checksum is wrong.
    """
    # Everything is read at once: np.load by itself would notice damage only when an array is asked for.
    try:
        with np.load(io.BytesIO(expanded(path).read_bytes()), allow_pickle=False) as file:
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
    # Does it fit?
    about, arrays = read_checkpoint(path)
    variables = state_of(gan)
    differences = []
    for name, variable in variables.items():
        if name not in arrays or arrays[name].shape != tuple(variable.shape):
            differences.append(name)
    if len(variables) != len(arrays):
        differences.append("the number of arrays")
    if differences:
        raise DamagedCheckpoint(f"{path} is of another network (first difference: {differences[0]})")

    # Then all of it.
    for name, variable in variables.items():
        variable.assign(arrays[name])
    _set_state(gan, about)
    return about["history"]


def follow_chief(gan: StyleGAN, history: list[dict] | None) -> list[dict] | None:
    """Give every worker the state and the history of the chief; returns the chief's history.

    The chief alone reads and writes the run's folder.

    Args:
        gan: a compiled StyleGAN; on the chief, with the state to give.
        history: on the chief, rows of the ticks so far, or None. It is ignored on the others.
    """
    strategy = gan.distribute_strategy
    if distribution.workers(strategy) == 1:
        return history

    # The description goes as numbers. Its length goes first, since all workers must send arrays of one shape.
    text = json.dumps({**_describe(gan), "history": history}).encode()
    numbers = np.frombuffer(text, "uint8").astype("int32")
    (length,) = distribution.from_chief(strategy, [np.int32(len(numbers))])
    variables = list(state_of(gan).values())
    own = [np.resize(numbers, length), *(variable.numpy() for variable in variables)]
    numbers, *arrays = distribution.from_chief(strategy, own)

    # The same state everywhere.
    for variable, value in zip(variables, arrays, strict=True):
        variable.assign(value)
    about = json.loads(numbers.astype("uint8").tobytes())
    _set_state(gan, about)
    return about["history"]


def _set_state(gan, about):
    """Take Config, schedule and progress from a description. Traces hold the old ones: they are dropped."""
    gan.config = Config.from_dict(about["config"])
    gan.schedule = Schedule(gan.config)
    gan.progress = TrainingState(**about["progress"])
    gan.forget_traces()


def is_export(arrays: dict[str, np.ndarray]) -> bool:
    """Whether a file's arrays are what ``export`` writes.

    A checkpoint also has the generator that is trained.
    """
    return "G/0" not in arrays


def restore_export(gan: StyleGAN, path: Path) -> None:
    """Set a model to what ``export`` wrote. Training can continue where it ended, with new optimizers.

    Both generators become the averaged one.

    Raises:
        DamagedCheckpoint: if the file is damaged.
    """
    about, arrays = read_checkpoint(path)
    progress = TrainingState(**about["progress"])
    gan.progress = dataclasses.replace(progress, phase=-1, minutes=None)  # -1: a new phase resets optimizers
    for part, model in (("E", gan.ema_generator), ("E", gan.generator), ("D", gan.discriminator)):
        model.set_weights([arrays[f"{part}/{i}"].astype("float32") for i in range(len(model.weights))])


def _digest(arrays) -> bytes:
    """SHA-256 of names, types, shapes and contents, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        value = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {value.dtype} {value.shape}".encode())
        digest.update(value.tobytes())
    return digest.digest()

"""Train a model into the folder of a run: what ``stylegan-tf train``, ``demo`` and ``ablation`` do."""

from __future__ import annotations

import contextlib
import importlib.util
import time
from pathlib import Path

import tensorflow as tf

from stylegan_tf.config import Config
from stylegan_tf.data import part
from stylegan_tf.data.names import open_dataset
from stylegan_tf.runs.owner import owned
from stylegan_tf.runs.recording import Diagnostics, HeldOut, SaveRun, TensorBoardLog
from stylegan_tf.runs.resume import change_of_pictures, check_same_run, go_on
from stylegan_tf.runs.run import Run, load
from stylegan_tf.runs.shipped import SHIPPED, shipped_or_path
from stylegan_tf.training import distribution
from stylegan_tf.training.loop import check_parts, take_data
from stylegan_tf.training.model import StyleGAN
from stylegan_tf.training.time_box import plan_time_box


def train_run(
    run: Run,
    config: Config,
    dataset: str,
    *,
    minutes: float | None = None,
    init: str | Path | None = None,
    resume: bool = False,
    hold_out: int | None = None,
    data_dir=None,
    download: bool = False,
    strategy: tf.distribute.Strategy | None = None,
    jit_compile: bool = False,
    verbose: int = 1,
    command: str = "",
) -> StyleGAN:
    """Train to the end of the schedule, or of the time box; the run's folder gets all that is written.

    That is samples, history and checkpoints. While it runs, the folder is owned by this process
    (runs/owner.py). A run that continues may change the fields of ``config.CHANGEABLE``. Its config.json
    lists what changed, and at which kimg.

    Args:
        run: the folder; a new one, unless ``resume`` is True.
        config: what to train; its schedule says how long.
        dataset: a name as ``data.open_dataset`` takes it.
        minutes: time box. The speed is measured first, and the schedule planned so that training ends on
            time.
        init: a model to start from: a run, a file, or the name of a shipped model.
        resume: continue from the last checkpoint, if the run has one. If the pictures have changed since, a
            printed line says so.
        hold_out: pictures, drawn by lot, that never train. D's scores of them show whether it learns the
            others by heart (runs/recording.py, HeldOut).
        data_dir, download: as for ``data.open_dataset``.
        strategy: of tf.distribute, made before TensorFlow computes anything; default one device.
        jit_compile: compile each step with XLA.
        verbose: as for ``fit``.
        command: kept in the run's config.json.

    Returns:
        the trained model.

    Raises:
        ValueError: if the folder holds a run and ``resume`` is False, or a run that was started with other
            settings, or if another process trains into it.
        FloatingPointError: if training breaks down; the message names the last good checkpoint.
        ConnectionError: if another worker is lost.
    """
    started = time.perf_counter()
    strategy = strategy or tf.distribute.get_strategy()
    is_chief = distribution.is_chief(strategy)
    continues = resume and bool(run.checkpoints())
    if init and not continues:
        check_start(init, minutes)

    # One process writes into a folder: of several workers, the chief.
    with owned(run.path, command) if is_chief else contextlib.nullcontext():
        # A new run, or one that continues?
        asked = {
            "dataset": dataset,
            "minutes": minutes,
            "init": None if init is None else str(init),
            "hold_out": hold_out,
        }
        info = {}
        if is_chief and run.has_begun():
            if not resume:
                raise ValueError(
                    f"{run.path} holds a run already; add --resume to go on with it, or choose another --out"
                )
            info = run.info
            check_same_run(run, config, asked)

        # The data and the model, and whether they fit each other.
        needed = dict(resolution=config.resolution, channels=config.channels)
        data = open_dataset(dataset, data_dir, download, **needed)
        unseen = None
        if hold_out:
            data, unseen = part.hold_out(data, hold_out, config.seed)
        with strategy.scope():
            gan = StyleGAN(config)
        take_data(gan, data)
        check_parts(gan)
        gan.compile(jit_compile=jit_compile)

        # Where it continues or starts, and what has changed since it last trained.
        history, changes = go_on(run, gan, config, info)
        if history is None and init:
            _start_from(gan, init)
        if is_chief:
            asked["pictures"] = {"count": len(data), "fingerprint": data.fingerprint()}
            asked["classes"] = data.class_names if config.label_dim else None
            if history is not None:
                changes += change_of_pictures(gan, dataset, info.get("pictures"), asked["pictures"])

        # The plan, and a description of the run with it.
        needs_plan = minutes and gan.progress.minutes is None
        if needs_plan:
            plan_time_box(gan, data, minutes, started=started)
        elif is_chief:
            print(gan.schedule, flush=True)
        if is_chief:
            about = dict(asked=config.to_dict(), replicas=distribution.replicas(strategy), changes=changes)
            run.describe(gan.config, command=command, **about, **asked)
            if needs_plan or changes != info.get("changes", []):
                run.save(gan, history or [])  # a run that is killed from here on keeps its plan and settings

        # Training.
        _fit(run, gan, data, _callbacks(run, data, unseen, history), verbose)
        kimg = gan.progress.images / 1000
        minutes_trained = gan.progress.seconds / 60
        print(f"done: {kimg:.1f} kimg in {minutes_trained:.1f} minutes, in {run.path}", flush=True)
        return gan


def _callbacks(run, data, unseen, history) -> list:
    """What measures and writes at each tick; ``unseen``: the pictures that are held out, or None."""
    callbacks = [Diagnostics()]
    if unseen:
        callbacks.append(HeldOut(data, unseen))
    callbacks.append(SaveRun(run, history))
    if has_tensorboard():
        callbacks.append(TensorBoardLog(run.path / "tensorboard"))
    return callbacks


def _fit(run, gan, data, callbacks, verbose):
    """``gan.fit``, whose errors say how to go on."""
    try:
        gan.fit(data, callbacks=callbacks, verbose=verbose)
    except FloatingPointError as error:
        last = run.checkpoints()
        if last:
            where = f"the last good checkpoint is {last[-1]}, where --resume goes on"
        else:
            where = "there is no checkpoint yet, so --resume starts at the beginning"
        raise FloatingPointError(f"{error}; {where}") from error
    except (tf.errors.UnavailableError, tf.errors.AbortedError) as error:
        raise ConnectionError(
            "a worker was lost; start all of them again with the same commands and --resume"
        ) from error


def has_tensorboard() -> bool:
    """Whether TensorBoard is installed, which is optional."""
    return importlib.util.find_spec("tensorboard") is not None


def check_start(init: str | Path, minutes: float | None) -> None:
    """Raise an error if a run cannot start from a model: it is missing, or the run has a time box."""
    if minutes:
        raise ValueError(
            "--minutes shares the time among all stages, and --init skips those that are trained; "
            "give --kimg instead"
        )
    if not shipped_or_path(init).exists():
        raise FileNotFoundError(
            f"--init {init} does not exist; name a run, a file, or a shipped model ({', '.join(SHIPPED)})"
        )


def _start_from(gan, init):
    """Start from another model, at the point of the schedule that it has reached."""
    gan.start_from(load(shipped_or_path(init)))
    print(f"started from {init}, at {gan.progress.images / 1000:.1f} kimg of the schedule", flush=True)

"""Train a model into the folder of a run: what ``stylegan-tf train``, ``demo`` and ``ablation`` do."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import tensorflow as tf

from stylegan_tf.config import Config
from stylegan_tf.data.names import open_dataset
from stylegan_tf.runs.callbacks import Diagnostics, SaveRun, TensorBoardLog
from stylegan_tf.runs.run import Run, load
from stylegan_tf.runs.shipped import shipped_or_path
from stylegan_tf.training import distribution
from stylegan_tf.training.loop import check_data, check_parts
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
    data_dir=None,
    download: bool = False,
    strategy: tf.distribute.Strategy | None = None,
    jit_compile: bool = False,
    verbose: int = 1,
    command: str = "",
) -> StyleGAN:
    """Train to the end of the schedule, or of the time box; the run's folder gets all that is written.

    That is samples, history and checkpoints.

    Args:
        run: the folder; a new one, unless ``resume`` is True.
        config: what to train; its schedule says how long.
        dataset: a name as ``data.open_dataset`` takes it.
        minutes: time box. The speed is measured first, and the schedule planned so that training ends on
            time.
        init: a model to start from: a run, a file, or the name of a shipped model.
        resume: continue from the last checkpoint, if the run has one.
        data_dir, download: as for ``data.open_dataset``.
        strategy: of tf.distribute, made before TensorFlow computes anything; default one device.
        jit_compile: compile each step with XLA.
        verbose: as for ``fit``.
        command: kept in the run's config.json.

    Returns:
        the trained model.

    Raises:
        ValueError: if the folder holds a run and ``resume`` is False, or a run that was started with other
            settings.
        FloatingPointError: if training breaks down; the message names the last good checkpoint.
        ConnectionError: if another worker is lost.
    """
    started = time.perf_counter()
    strategy = strategy or tf.distribute.get_strategy()
    is_chief = distribution.is_chief(strategy)

    # The data and the model, and whether they fit each other.
    data = open_dataset(dataset, data_dir, download, resolution=config.resolution, channels=config.channels)
    with strategy.scope():
        gan = StyleGAN(config)
    check_data(gan, data)
    check_parts(gan)
    gan.compile(jit_compile=jit_compile)

    # A new run, or one that continues.
    asked = {"dataset": dataset, "minutes": minutes, "init": None if init is None else str(init)}
    if is_chief and run.has_begun():
        if not resume:
            raise ValueError(
                f"{run.path} holds a run already; add --resume to go on with it, or choose another --out"
            )
        check_same_run(run, config, asked)
    history = run.resume(gan)
    if history is not None:
        print(f"resumed at {gan.progress.images / 1000:.1f} kimg", flush=True)
    elif init:
        _start_from(gan, init, minutes)

    # The plan, and a description of the run with it.
    needs_plan = minutes and gan.progress.minutes is None
    if needs_plan:
        plan_time_box(gan, data, minutes, started=started)
        run.save(gan)  # a run that is killed from here on keeps its plan
    elif is_chief:
        print(gan.schedule, flush=True)
    if is_chief:
        replicas = distribution.replicas(strategy)
        run.describe(gan.config, command=command, asked=config.to_dict(), replicas=replicas, **asked)

    # Training.
    callbacks = [Diagnostics(), SaveRun(run, history)]
    if has_tensorboard():
        callbacks.append(TensorBoardLog(run.path / "tensorboard"))
    try:
        gan.fit(data, callbacks=callbacks, verbose=verbose)
    except FloatingPointError as error:
        last = run.checkpoints()
        where = f"the last good checkpoint is {last[-1]}" if last else "there is no checkpoint yet"
        raise FloatingPointError(f"{error}; {where}") from error
    except (tf.errors.UnavailableError, tf.errors.AbortedError) as error:
        raise ConnectionError(
            "a worker was lost; start all of them again with the same commands and --resume"
        ) from error
    kimg = gan.progress.images / 1000
    minutes_trained = gan.progress.seconds / 60
    print(f"done: {kimg:.1f} kimg in {minutes_trained:.1f} minutes, in {run.path}", flush=True)
    return gan


def has_tensorboard() -> bool:
    """Whether TensorBoard is installed, which is optional."""
    return importlib.util.find_spec("tensorboard") is not None


def check_same_run(run: Run, config: Config, asked: dict) -> None:
    """Raise ValueError if a run was started with another Config, data set, time box or start."""
    info = run.info
    before = Config.from_dict(info.get("asked", info["config"])).to_dict()
    now = config.to_dict()
    changed = [name for name in now if before[name] != now[name]]
    changed += [name for name in asked if info.get(name) != asked[name]]
    if changed:
        names = ", ".join(changed)
        raise ValueError(
            f"{run.path} was started with other settings ({names}); "
            "repeat its command, or choose another --out"
        )


def _start_from(gan, init, minutes):
    """Start from another model, at the point of the schedule that it has reached."""
    if minutes:
        raise ValueError(
            "--minutes shares the time among all stages, and --init skips those that are trained; "
            "give --kimg instead"
        )
    gan.start_from(load(shipped_or_path(init)))
    print(f"started from {init}, at {gan.progress.images / 1000:.1f} kimg of the schedule", flush=True)

"""Train a model into the folder of a run: what ``stylegan-tf train``, ``demo`` and ``ablation`` do."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import time
from pathlib import Path

import tensorflow as tf

from stylegan_tf.config import CHANGEABLE, Config
from stylegan_tf.data.names import open_dataset
from stylegan_tf.runs.callbacks import Diagnostics, SaveRun, TensorBoardLog
from stylegan_tf.runs.owner import owned
from stylegan_tf.runs.run import Run, load
from stylegan_tf.runs.shipped import SHIPPED, shipped_or_path
from stylegan_tf.training import distribution
from stylegan_tf.training.loop import check_data, check_parts, set_learning_rate
from stylegan_tf.training.model import StyleGAN
from stylegan_tf.training.schedule import Schedule
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
        asked = {"dataset": dataset, "minutes": minutes, "init": None if init is None else str(init)}
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
        with strategy.scope():
            gan = StyleGAN(config)
        check_data(gan, data)
        check_parts(gan)
        gan.compile(jit_compile=jit_compile)

        # Where it continues or starts, and what has changed since it last trained.
        history = run.resume(gan)
        changes = list(info.get("changes", []))
        kimg = gan.progress.images / 1000
        if history is not None:
            print(f"resumed at {kimg:.1f} kimg", flush=True)
            if changed := take_settings(gan, config):
                changes.append({"kimg": kimg, "settings": changed})
                for name, (before, now) in changed.items():
                    print(f"from here on {name} is {now}; it was {before}", flush=True)
        elif info:
            print("there is no checkpoint to resume from: training starts at the beginning", flush=True)
        if history is None and init:
            _start_from(gan, init)
        if is_chief:
            asked["pictures"] = {"count": len(data), "fingerprint": data.fingerprint()}
            if history is not None and (before := other_pictures(info, asked["pictures"])):
                changes.append({"kimg": kimg, "pictures": before})
                print(told_of_other_pictures(dataset, before, asked["pictures"]), flush=True)

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
        _fit(run, gan, data, history, verbose)
        kimg = gan.progress.images / 1000
        minutes_trained = gan.progress.seconds / 60
        print(f"done: {kimg:.1f} kimg in {minutes_trained:.1f} minutes, in {run.path}", flush=True)
        return gan


def _fit(run, gan, data, history, verbose):
    """``gan.fit``, with what a run writes; its errors say how to go on."""
    callbacks = [Diagnostics(), SaveRun(run, history)]
    if has_tensorboard():
        callbacks.append(TensorBoardLog(run.path / "tensorboard"))
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


def check_same_run(run: Run, config: Config, asked: dict) -> None:
    """Raise ValueError if a run was started with another data set, time box, start or Config.

    The fields of ``config.CHANGEABLE`` may differ.
    """
    info = run.info
    before = Config.from_dict(info.get("asked", info["config"])).to_dict()
    now = config.to_dict()
    changed = [name for name in now if name not in CHANGEABLE and before[name] != now[name]]
    changed += [name for name in asked if info.get(name) != asked[name]]
    if changed:
        names = ", ".join(changed)
        raise ValueError(
            f"{run.path} was started with other settings ({names}), which can't change in the middle of a "
            "run; repeat its command, or choose another --out"
        )


def take_settings(gan: StyleGAN, config: Config) -> dict[str, list]:
    """Give a resumed model the fields of another Config that may change in the middle of a run.

    Args:
        gan: as its checkpoint left it.
        config: what is asked for now.

    Returns:
        {field: [value before, value now]} of those that changed.
    """
    wanted = {name: getattr(config, name) for name in CHANGEABLE}
    # The plan of a time box stretches the decay with the run.
    if gan.progress.minutes:
        wanted["decay_kimg"] = config.decay_kimg * gan.config.total_kimg / config.total_kimg
    before = {name: getattr(gan.config, name) for name in wanted}
    changed = {name: [before[name], wanted[name]] for name in wanted if before[name] != wanted[name]}
    if not changed:
        return {}

    # The Config, and what was made from it: the schedule, the traces, and the rate that the optimizers have.
    gan.config = dataclasses.replace(gan.config, **wanted)
    gan.schedule = Schedule(gan.config)
    gan.forget_traces()
    if gan.progress.phase >= 0:
        set_learning_rate(gan, gan.schedule.phases[gan.progress.phase].learning_rate)
    return changed


def other_pictures(info: dict, now: dict) -> dict | None:
    """What config.json says of the pictures, if they are others now; None if not, or if it says nothing."""
    before = info.get("pictures")
    return before if before and before != now else None


def told_of_other_pictures(dataset: str, before: dict, now: dict) -> str:
    """The sentence about pictures that changed."""
    return (
        f"the pictures of {dataset} have changed since this run last began: {before['count']:,} then, "
        f"{now['count']:,} now; it goes on with those of now, and no longer equals an uninterrupted run"
    )


def _start_from(gan, init):
    """Start from another model, at the point of the schedule that it has reached."""
    gan.start_from(load(shipped_or_path(init)))
    print(f"started from {init}, at {gan.progress.images / 1000:.1f} kimg of the schedule", flush=True)

"""A run that goes on: its newest sound checkpoint, its history, the settings that have changed since."""

from __future__ import annotations

import dataclasses

from stylegan_tf.config import CHANGEABLE, Config
from stylegan_tf.runs.checkpoints import DamagedCheckpoint, follow_chief, restore
from stylegan_tf.training.distribution import is_chief
from stylegan_tf.training.loop import set_learning_rate
from stylegan_tf.training.model import StyleGAN
from stylegan_tf.training.schedule import Schedule


def resume(run, gan: StyleGAN) -> list[dict] | None:
    """Restore the newest sound checkpoint; damaged ones are named and skipped. None if there is none.

    Of several workers the chief reads, and all copy what it found, however many wrote the checkpoint.

    Args:
        run: runs.run.Run.

    Returns:
        the history up to the checkpoint, to which history.csv is set back.
    """
    history = None
    if is_chief(gan.distribute_strategy):
        history = _restore_newest(run, gan)
    return follow_chief(gan, history)


def _restore_newest(run, gan):
    """``resume`` for one worker."""
    for path in reversed(run.checkpoints()):
        try:
            history = restore(gan, path)
        except DamagedCheckpoint as error:
            print(f"skipped a checkpoint: {error}", flush=True)
            continue
        if history:
            run.write_history(history)
        return history
    return None


def go_on(run, gan: StyleGAN, config: Config, info: dict) -> tuple[list[dict] | None, list[dict]]:
    """Resume, with the settings that are asked for now; what happens is printed.

    Args:
        run: runs.run.Run.
        config: what is asked for now.
        info: the run's config.json so far; empty for a new run.

    Returns:
        the history, or None where training starts at the beginning; and the list of changes for config.json.
    """
    history = resume(run, gan)
    changes = list(info.get("changes", []))
    if history is None:
        if info:
            print("there is no checkpoint to resume from: training starts at the beginning", flush=True)
        return history, changes

    # What may change in the middle of a run, and did.
    kimg = gan.progress.images / 1000
    print(f"resumed at {kimg:.1f} kimg", flush=True)
    if changed := take_settings(gan, config):
        changes.append({"kimg": kimg, "settings": changed})
        for name, (before, now) in changed.items():
            print(f"from here on {name} is {now}; it was {before}", flush=True)
    return history, changes


def check_same_run(run, config: Config, asked: dict) -> None:
    """Raise ValueError if a run was started with another data set, time box, start or Config.

    The fields of ``config.CHANGEABLE`` may differ.

    Args:
        run: runs.run.Run.
        config: what is asked for now; ``asked``: what else config.json must say.
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


def change_of_pictures(gan: StyleGAN, dataset: str, before: dict | None, now: dict) -> list[dict]:
    """What config.json gets if the pictures are others than when the run last began; it is also printed.

    Args:
        gan: as its checkpoint left it.
        dataset: its name.
        before: what config.json said of the pictures: their ``count`` and ``fingerprint``, or None.
        now: the same of those of now.
    """
    if before is None or before == now:
        return []
    print(
        f"the pictures of {dataset} have changed since this run last began: {before['count']:,} then, "
        f"{now['count']:,} now; it goes on with those of now, and no longer equals an uninterrupted run",
        flush=True,
    )
    return [{"kimg": gan.progress.images / 1000, "pictures": before}]

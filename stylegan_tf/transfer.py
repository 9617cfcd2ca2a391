"""Beginning with a model that is trained, instead of from nothing: to grow it further, or to teach it other pictures."""

from __future__ import annotations

import dataclasses

from stylegan_tf.config import Config
from stylegan_tf.fitting import Progressed

_NAMES = [f.name for f in dataclasses.fields(Config)]
NETWORK = [name for name in _NAMES[: _NAMES.index("loss")] if not name.startswith(("resolution", "mbstd"))]
"""The fields that make the networks, whatever their resolution."""


def start_from(gan, trained) -> None:
    """StyleGAN.start_from: take over the weights, then stand where the schedule goes beyond them."""
    if not trained.progress.images:
        raise ValueError("the model to start from is not trained; train it first, or leave it out")
    ours, theirs = gan.config, trained.config
    if changed := [name for name in NETWORK if getattr(ours, name) != getattr(theirs, name)]:
        found = ", ".join(f"{name} {getattr(theirs, name)} instead of {getattr(ours, name)}" for name in changed)
        raise ValueError(f"the model to start from has {found}; set these fields as it has them")
    if theirs.resolution > ours.resolution:
        raise ValueError(
            f"the model to start from makes {theirs.resolution}x{theirs.resolution}, more than the {ours.resolution}x"
            f"{ours.resolution} that is wanted; a smaller or an equal one can be grown"
        )
    for network in ("generator", "discriminator", "ema_generator"):
        getattr(gan, network).take_over(getattr(trained, network))
    phases = gan.schedule.phases
    begin = next((p for p in phases if p.resolution > _reached(trained)), phases[-1])
    gan.progress = Progressed(images=begin.start, tick_start=begin.start)


def _reached(trained) -> int:
    """The largest resolution that has faded in."""
    stage = trained.stage() or {"resolution": trained.config.resolution, "alpha": 1}
    return stage["resolution"] if stage["alpha"] == 1 else stage["resolution"] // 2

"""Progressive growing as a schedule: images seen -> resolution, alpha, batch size, learning rate (SPEC 9)."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from stylegan_tf.config import Config


@dataclass(frozen=True)
class Phase:
    """A stretch of training at one resolution, from just after ``start`` to ``end`` images."""

    resolution: int
    fading: bool  # the newest block fades in: alpha goes from 0 to 1
    start: int
    end: int
    batch_size: int
    learning_rate: float
    fade: int = 0  # images of the whole fade; a run whose total ends within it does not hurry

    def alpha(self, images: int) -> float:
        return (images - self.start) / (self.fade or self.end - self.start) if self.fading else 1.0


class Schedule:
    """The phases of a Config: stable at the start resolution, then fade and stable at each doubling.

    >>> schedule = Schedule(sg.preset("mnist32"))
    >>> print(schedule)
    >>> phase = schedule.phase_at(images=50_000); phase.resolution, phase.alpha(50_000)

    Raises:
        ValueError: if a resolution gets no images, for its block would stay untrained.
    """

    def __init__(self, config: Config):
        self.config, self.phases = config, []
        total, position = round(1000 * config.total_kimg), 0
        stages = trained_resolutions(config)
        for r in stages:
            fade, stable = config.stage_kimg.get(r, (config.fade_kimg, config.stable_kimg))
            for fading, kimg in ((True, 0 if r == stages[0] else fade), (False, stable)):
                last = r == config.resolution and not fading
                end = total if last else min(total, position + round(1000 * kimg))
                if end > position:
                    batch, rate, length = config.batch_size_at(r), config.learning_rate_at(r), round(1000 * kimg)
                    self.phases.append(Phase(r, fading, position, end, batch, rate, length if fading else 0))
                    position = end
        if missing := [r for r in stages if r not in self.resolutions]:
            below = sum(sum(config.stage_kimg.get(r, (config.fade_kimg, config.stable_kimg))) for r in stages[:-1])
            raise ValueError(
                f"the schedule has no images for {missing[0]}x{missing[0]}: total_kimg is {config.total_kimg:g}, and those "
                f"below {stages[-1]}x{stages[-1]} alone ask for {below:g}; change one or the other, or let --kimg or "
                "growing.scaled shorten all"
            )
        self._ends = [p.end for p in self.phases]

    @property
    def total_images(self) -> int:
        return self._ends[-1]

    @property
    def resolutions(self) -> list[int]:
        """The resolutions that are trained, in order."""
        return sorted({p.resolution for p in self.phases})

    def index_at(self, images: int) -> int:
        """Index of the phase in force after ``images`` images. A phase's last image still belongs to it; beyond the
        end the last phase goes on."""
        return min(bisect.bisect_left(self._ends, images), len(self.phases) - 1)

    def phase_at(self, images: int) -> Phase:
        return self.phases[self.index_at(images)]

    def learning_rate_at(self, images: int, left: float | None = None) -> float:
        """That of the phase, less what ``decay_kimg`` takes towards the end.

        ``left``: the share of the run that is still to come, default by images; a time box counts its time.
        """
        left = 1 - images / self.total_images if left is None else left
        decay = self.config.decay_kimg / self.config.total_kimg
        return self.phase_at(images).learning_rate * (min(1.0, max(left, 0.0) / decay) if decay else 1.0)

    def __str__(self) -> str:
        lines = ["from kimg    to kimg  resolution  alpha   batch  learning rate  R1 gamma"]
        for p in self.phases:
            gamma = f"{self.config.r1_gamma_at(p.resolution):.4g}" if self.config.loss == "logistic" else "-"
            alpha, side = "0 to 1" if p.fading else "1", f"{p.resolution}x{p.resolution}"
            lines.append(
                f"{p.start / 1000:9.1f} {p.end / 1000:10.1f}  {side:>10}  {alpha:6} {p.batch_size:6d}"
                f"  {p.learning_rate:13.4g}  {gamma:>8}"
            )
        if self.config.decay_kimg:
            lines.append(f"over the last {self.config.decay_kimg:g} kimg the learning rate falls to 0")
        return "\n".join(lines)


def trained_resolutions(config: Config) -> list[int]:
    """The resolutions that a Config trains, from the first to the full one."""
    first = config.start_resolution if config.progressive else config.resolution
    return [r for r in config.resolutions if r >= first]


def scaled(config: Config, kimg: float) -> Config:
    """The same schedule, stretched or shrunk to ``kimg`` in all."""
    factor = kimg / config.total_kimg
    stages = {r: (fade * factor, stable * factor) for r, (fade, stable) in config.stage_kimg.items()}
    lengths = {name: getattr(config, name) * factor for name in ("fade_kimg", "stable_kimg", "decay_kimg")}
    return config.replace(stage_kimg=stages, total_kimg=kimg, **lengths)


def time_boxed(config: Config, seconds: float, images_per_second: dict[int, float]) -> Config:
    """A schedule that takes ``seconds`` at the measured speeds (images/s by resolution).

    ``time_shares`` says what part of the time a resolution gets; those without one divide what is left of 1, or, if none
    is named, the full resolution gets half and the others the other half.

    Raises:
        ValueError: if a resolution gets no time.
    """
    stages = trained_resolutions(config)
    shares = {r: share for r, share in config.time_shares.items() if r in stages}
    if not shares:
        shares = {stages[-1]: 0.5}
    others = [r for r in stages if r not in shares]
    shares |= dict.fromkeys(others, round(max(0.0, 1 - sum(shares.values())), 9) / max(len(others), 1))
    if idle := [r for r in stages if not shares[r]]:
        raise ValueError(f"time_shares {config.time_shares} leave no time for {idle[0]}x{idle[0]}; give it a share of its own")
    kimg = {r: seconds * share / sum(shares.values()) * images_per_second[r] / 1000 for r, share in shares.items()}
    fade = {r: 0.0 if r == stages[0] else config.fade_share * kimg[r] for r in stages}
    total = max(0.001, round(sum(kimg.values()), 3))
    return config.replace(
        stage_kimg={r: (round(fade[r], 3), round(kimg[r] - fade[r], 3)) for r in stages},
        total_kimg=total,
        decay_kimg=config.decay_kimg * total / config.total_kimg,
    )

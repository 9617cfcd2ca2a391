"""Progressive growing as a schedule: images seen -> resolution, alpha, batch size, learning rate.

Source: ProGAN section 2 and appendix A; official training_loop.py, training_schedule.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from stylegan_tf.config import Config


@dataclass(frozen=True)
class Phase:
    """A stretch of training at one resolution, from just after ``start`` to ``end`` images.

    Attributes:
        fading: whether the newest block fades in: alpha goes from 0 to 1.
        fade: images of the whole fade. If the run ends in the middle of it, alpha rises as fast and stays
            below 1.
    """

    resolution: int
    fading: bool
    start: int
    end: int
    batch_size: int
    learning_rate: float
    fade: int = 0

    def alpha(self, images: int) -> float:
        """Weight of the newest block after so many images."""
        # Grown blocks count in full; one that fades in rises in a straight line.
        if not self.fading:
            return 1.0
        return (images - self.start) / (self.fade or self.end - self.start)


class Schedule:
    """The phases of a Config: stable at the start resolution, then fade and stable at each doubling.

    >>> schedule = Schedule(sg.preset("mnist32"))
    >>> print(schedule)
    >>> phase = schedule.phase_at(images=50_000); phase.resolution, phase.alpha(50_000)

    Raises:
        ValueError: if a resolution gets no images, for its block would stay untrained.
    """

    def __init__(self, config: Config):
        self.config = config
        self.phases = []

        # From kimg to whole images.
        stages = trained_resolutions(config)
        total = round(1000 * config.total_kimg)
        for r in stages:
            fade_kimg, stable_kimg = config.stage_kimg.get(r, (config.fade_kimg, config.stable_kimg))
            fade, stable = round(1000 * fade_kimg), round(1000 * stable_kimg)

            # The newest block fades in; the first has nothing to fade from.
            if r != stages[0]:
                self._append(r, fade, end=min(total, self._position + fade), fading=True)

            # Then all blocks stay as they are; the last resolution stays to the end.
            if r == config.resolution:
                self._append(r, stable, end=total, fading=False)
            else:
                self._append(r, stable, end=min(total, self._position + stable), fading=False)

        self._ends = [phase.end for phase in self.phases]
        self._check_that_every_stage_is_trained(stages)

    @property
    def _position(self) -> int:
        """Where the phases end that are there so far."""
        return self.phases[-1].end if self.phases else 0

    def _append(self, resolution, length, end, fading):
        # A phase of no length is none; a run that is short may have no room for the later ones.
        start = self._position
        if end > start:
            batch_size = self.config.batch_size_at(resolution)
            learning_rate = self.config.learning_rate_at(resolution)
            fade = length if fading else 0
            self.phases.append(Phase(resolution, fading, start, end, batch_size, learning_rate, fade))

    def _check_that_every_stage_is_trained(self, stages):
        config = self.config
        missing = [r for r in stages if r not in self.resolutions]
        if not missing:
            return
        # What to change: the total, or what the stages below ask for.
        lengths = [config.stage_kimg.get(r, (config.fade_kimg, config.stable_kimg)) for r in stages[:-1]]
        below = sum(sum(length) for length in lengths)
        raise ValueError(
            f"the schedule has no images for {missing[0]}x{missing[0]}: total_kimg is {config.total_kimg:g}, "
            f"and those below {stages[-1]}x{stages[-1]} alone ask for {below:g}; change one or the other, "
            "or let --kimg or schedule.scaled shorten all"
        )

    @property
    def total_images(self) -> int:
        return self._ends[-1]

    @property
    def resolutions(self) -> list[int]:
        """The resolutions that are trained, in order."""
        return sorted({phase.resolution for phase in self.phases})

    def index_at(self, images: int) -> int:
        """Index of the phase in force after ``images`` images.

        A phase's last image still belongs to it; beyond the end the last phase goes on.
        """
        # The first phase whose end is not before these images.
        return min(bisect.bisect_left(self._ends, images), len(self.phases) - 1)

    def phase_at(self, images: int) -> Phase:
        """The phase in force after ``images`` images."""
        return self.phases[self.index_at(images)]

    def learning_rate_at(self, images: int, share_left: float | None = None) -> float:
        """That of the phase; over the last ``decay_kimg`` of the run it falls to 0.

        share_left: the share of the run that is still to come, default by images; a time box counts its time.
        """
        # The phase's own rate, and without decay nothing else.
        rate = self.phase_at(images).learning_rate
        if not self.config.decay_kimg:
            return rate
        # With decay: full until the last decay_kimg, then straight down to 0.
        share_left = 1 - images / self.total_images if share_left is None else share_left
        share_of_decay = self.config.decay_kimg / self.config.total_kimg
        return rate * min(1.0, max(share_left, 0.0) / share_of_decay)

    def __str__(self) -> str:
        lines = ["from kimg    to kimg  resolution  alpha   batch  learning rate  R1 gamma"]
        # A line for each phase.
        for phase in self.phases:
            side = f"{phase.resolution}x{phase.resolution}"
            alpha = "0 to 1" if phase.fading else "1"
            has_r1 = self.config.loss == "logistic"
            gamma = f"{self.config.r1_gamma_at(phase.resolution):.4g}" if has_r1 else "-"
            lines.append(
                f"{phase.start / 1000:9.1f} {phase.end / 1000:10.1f}  {side:>10}  {alpha:6}"
                f" {phase.batch_size:6d}  {phase.learning_rate:13.4g}  {gamma:>8}"
            )
        if self.config.generator_lr != 1:
            lines.append(f"the learning rate is D's; G's is {self.config.generator_lr:g} times that")
        if self.config.decay_kimg:
            lines.append(f"over the last {self.config.decay_kimg:g} kimg the learning rate falls to 0")
        return "\n".join(lines)


def trained_resolutions(config: Config) -> list[int]:
    """The resolutions that a Config trains, from the first to the full one."""
    # Without growing, the full one is all there is.
    first = config.start_resolution if config.progressive else config.resolution
    return [r for r in config.resolutions if r >= first]


def scaled(config: Config, kimg: float) -> Config:
    """The same schedule, stretched or shrunk to ``kimg`` in all."""
    # Every length by one factor: the shares of fading and staying are kept.
    factor = kimg / config.total_kimg
    stages = {r: (fade * factor, stable * factor) for r, (fade, stable) in config.stage_kimg.items()}
    lengths = {name: getattr(config, name) * factor for name in ("fade_kimg", "stable_kimg", "decay_kimg")}
    return config.replace(stage_kimg=stages, total_kimg=kimg, **lengths)

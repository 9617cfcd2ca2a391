"""The runs of an ablation: which they are, how each is trained and judged, how long all of them take."""

from __future__ import annotations

import gc
import shlex
import sys
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import keras

from stylegan_tf.ablation.table import Table, describe, judge_run, lacks
from stylegan_tf.ablation.variants import Variant, named
from stylegan_tf.config import Config
from stylegan_tf.data.names import open_dataset
from stylegan_tf.files import expanded
from stylegan_tf.metrics.evaluation import judge_of
from stylegan_tf.networks.generator import Generator
from stylegan_tf.planning import cost
from stylegan_tf.presets import preset
from stylegan_tf.runs.run import Run, load, versions
from stylegan_tf.runs.train import train_run
from stylegan_tf.training.loop import take_data
from stylegan_tf.training.model import StyleGAN
from stylegan_tf.training.schedule import Schedule, scaled
from stylegan_tf.training.time_box import measure_speed


@dataclass
class AblationPlan:
    """What an ablation asks for.

    Attributes:
        out: folder of the runs and the table.
        variants, seeds: every variant is trained with every seed.
        preset: the Config that all variants begin from.
        dataset: as for ``data.open_dataset``.
        settings: fields of the Config that are changed for all.
        per_variant: fields that are changed for one variant, by its name.
        kimg, minutes: length of each run, by one of them. Without either it is the preset's.
        metrics, samples, pairs, latents: as for ``table.judge_run``.
        data_dir, download: as for ``data.open_dataset``.
    """

    out: Path
    variants: list[Variant]
    seeds: list[int]
    preset: str = "mnist32"
    dataset: str = "digits"
    settings: dict = field(default_factory=dict)
    per_variant: dict[str, dict] = field(default_factory=dict)
    kimg: float | None = None
    minutes: float | None = None
    metrics: tuple[str, ...] = ("fid", "ppl")
    samples: int = 10_000
    pairs: int = 10_000
    latents: tuple[int, ...] = ()
    data_dir: str | None = None
    download: bool = False

    @property
    def runs(self) -> list[tuple[Variant, int]]:
        """Every variant with every seed, one seed after the other.

        So an early stop leaves all variants with the same seeds.
        """
        return [(variant, seed) for seed in self.seeds for variant in self.variants]

    @property
    def asked(self) -> dict:
        """What all rows of a table must have in common."""
        names = ("preset", "dataset", "kimg", "minutes", "samples", "pairs")
        common = {name: getattr(self, name) for name in names}
        return {**common, "set": self.settings, "set_for": self.per_variant}

    def config(self, variant: Variant, seed: int) -> Config:
        """What a run trains: later changes of a field win over earlier ones."""
        fields = {
            **self.settings,
            **variant.changes,
            **self.per_variant.get(variant.name, {}),
            "seed": seed,
        }
        config = preset(self.preset).replace(**fields)
        return scaled(config, self.kimg) if self.kimg else config

    def folder(self, variant: Variant, seed: int) -> Path:
        return expanded(self.out) / f"{variant.name.replace('=', '-')}-seed{seed}"

    def data(self):
        """The data set, at the size of the preset."""
        config = self.config(*self.runs[0])
        return open_dataset(self.dataset, self.data_dir, self.download, config.resolution, config.channels)

    def known_row(self, table: Table, variant: Variant, seed: int) -> dict | None:
        """The finished row of a run, or of another variant that is the same network.

        F, for one, is the same as mixing=0.9, and E as mixing=0. None if no such row is there.
        """
        config = self.config(variant, seed)
        rows = [row for row in table.rows() if row["seed"] == seed]
        same = [row for row in rows if self.config(named(row["variant"]), seed) == config]
        finished = [row for row in same if not lacks(row, config, self.metrics, self.latents)]
        return min(finished, key=lambda row: row["variant"] != variant.name, default=None)

    def runs_left(self, table: Table) -> list[tuple[Variant, int]]:
        """The runs without a row, each network once."""
        found, configs = [], []
        for variant, seed in self.runs:
            config = self.config(variant, seed)
            if config not in configs and not self.known_row(table, variant, seed):
                found.append((variant, seed))
                configs.append(config)
        return found


def fill_table(table: Table, plan: AblationPlan, command: str) -> None:
    """Train and judge every run that the table still lacks, and put its row in.

    Args:
        command: the shell command that asks for it; the table keeps it.
    """
    judge = judge_of(plan.dataset)
    judge.check_metrics(plan.metrics)  # before hours of training
    data = plan.data()
    commands = list(dict.fromkeys([*table.commands(), command]))  # each once
    table.begin(plan.asked, commands=commands, versions=versions())
    is_rehearsed = False
    for number, (variant, seed) in enumerate(plan.runs, 1):
        config = plan.config(variant, seed)
        place = f"{number} of {len(plan.runs)}: {variant.name} seed {seed}"

        # Is it there already, perhaps under another name?
        row = plan.known_row(table, variant, seed)
        if row and row["variant"] == variant.name:
            print(f"{place} is there already", flush=True)
            continue
        if row:
            print(f"{place} is the same as {row['variant']}", flush=True)
            table.put({**row, "variant": variant.name})
            continue

        # Does the judge accept these images? That must show before training, too.
        if not is_rehearsed:
            with warnings.catch_warnings(action="ignore"):  # of too few images
                judge_run(Generator(config), data, judge, ["fid"], samples=2)
            is_rehearsed = True

        print(f"{place}, {variant.what}", flush=True)
        table.put(train_and_judge(plan, variant, seed, judge, data))
        keras.backend.clear_session()
        gc.collect()


def train_and_judge(plan: AblationPlan, variant: Variant, seed: int, judge, data) -> dict:
    """Train, or continue training, then judge: a row of the table."""
    # Train. A run that breaks down is a row too, with the sentence that says why.
    config = plan.config(variant, seed)
    run = Run(plan.folder(variant, seed))
    try:
        train_run(
            run,
            config,
            plan.dataset,
            minutes=plan.minutes,
            resume=True,
            data_dir=plan.data_dir,
            download=plan.download,
            verbose=2,
            command=shlex.join(sys.argv),
        )
    except FloatingPointError as error:
        rows = run.history()
        minutes = rows[-1]["seconds"] / 60 if rows else 0.0
        kimg = rows[-1]["kimg"] if rows else 0.0
        print(f"failed: {error}", file=sys.stderr, flush=True)
        return {**describe(variant, seed, config, kimg, minutes), "failed": str(error)}

    # Judge the averaged generator.
    gan = load(run.path)
    started = time.perf_counter()
    options = dict(metrics=plan.metrics, samples=plan.samples, pairs=plan.pairs, latents=plan.latents)
    numbers = judge_run(gan.ema_generator, data, judge, **options)
    shown = ", ".join(f"{name} {value:.4g}" for name, value in numbers.items() if not name.endswith("error"))
    print(f"judged in {time.perf_counter() - started:.0f} s: {shown}", flush=True)
    kimg = gan.progress.images / 1000
    minutes = gan.progress.seconds / 60
    return {**describe(variant, seed, config, kimg, minutes), **numbers}


def print_plan(plan: AblationPlan, table: Table) -> None:
    """Print the runs, the sizes of the networks and how long all takes here; train nothing."""
    # The runs.
    left = plan.runs_left(table)
    spared = len(plan.runs) - len(left)
    note = f"; {spared} of them are there, or the same as another" if spared else ""
    seeds = ",".join(map(str, plan.seeds))
    print(f"{len(plan.runs)} runs: {len(plan.variants)} lines, seeds {seeds}, into {plan.out}{note}")

    # A line for each variant: its networks, and the time of a run.
    measured, speeds = None, {}
    if not plan.minutes:
        measured, speeds = _measured_speeds(plan)
    total = 0.0
    for variant in plan.variants:
        config = plan.config(variant, plan.seeds[0])
        if plan.minutes:
            seconds = 60 * plan.minutes
        else:
            seconds = estimated_seconds(config, measured, speeds)
        runs_left = sum(other is variant for other, _ in left)
        total += seconds * runs_left
        count = cost.parameters(config)
        sizes = f"G {count['generator']:>11,}  D {count['discriminator']:>11,} parameters"
        print(f"{variant.name:12} {sizes}  {seconds / 60:7.1f} min a run  {variant.what}")

    # All of them.
    at_speed = f"at the speed measured now with {plan.variants[-1].name}, scaled by FLOPs"
    kind = "asked for" if plan.minutes else at_speed
    print(f"training: about {total / 3600:.1f} hours in all ({kind}); judging comes on top")


def _measured_speeds(plan):
    """The Config of the last variant, and its images/s by resolution on this machine."""
    config = plan.config(plan.variants[-1], plan.seeds[0])
    gan = StyleGAN(config)
    data = plan.data()
    take_data(gan, data)
    gan.compile()
    return config, measure_speed(gan, data, seconds=1.0)


def estimated_seconds(config: Config, measured: Config, speeds: dict[int, float]) -> float:
    """Training time of a Config, from the speeds of another one, scaled by the FLOPs of a step.

    Args:
        measured: the Config whose speeds are known.
        speeds: its images/s by resolution.
    """
    seconds = 0.0
    for phase in Schedule(config).phases:
        # A stage that was not measured takes the nearest one that was.
        r = min(speeds, key=lambda side: abs(side - phase.resolution))
        work = cost_of_a_step(config, phase.resolution) / cost_of_a_step(measured, r)
        seconds += (phase.end - phase.start) / speeds[r] * work
    return seconds


def cost_of_a_step(config: Config, resolution: int) -> float:
    """A training step's FLOPs per image, R1 as often as it comes."""
    if config.loss == "wgan-gp":
        return cost.step_flops(config, resolution)
    with_r1 = cost.step_flops(config, resolution, True)
    without = cost.step_flops(config, resolution, False)
    return without + (with_r1 - without) / config.r1_every

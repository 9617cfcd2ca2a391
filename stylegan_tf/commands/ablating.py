"""stylegan-tf ablation: the paper's Tables 1, 2 and 4 at any scale."""

from __future__ import annotations

import argparse
import gc
import json
import shlex
import sys
import time
import warnings
from pathlib import Path

import keras

import stylegan_tf as sg
from stylegan_tf import cost, evaluation
from stylegan_tf.ablation import METRICS, Table, Variant, describe, lacks, measure, named, variants
from stylegan_tf.ablation_figure import ablation_figure
from stylegan_tf.ablation_report import markdown
from stylegan_tf.commands.common import UserError, parse_seeds, parse_settings
from stylegan_tf.commands.training import ONLY_OF_TRAIN, train
from stylegan_tf.files import write_atomically
from stylegan_tf.fitting import check_data
from stylegan_tf.fitting import measure as measure_speed
from stylegan_tf.growing import scaled
from stylegan_tf.report import save
from stylegan_tf.runs import versions


def ablation(args) -> int:
    """Train and judge one run after the other; the same command goes on where it was stopped."""
    table = Table(args.out)
    if args.report_only:
        return _report(table)
    plan = Plan(args)
    if args.dry_run:
        return plan.show(table)
    try:
        _fill(table, plan, args)
    except KeyboardInterrupt:
        print("stopped; the same command goes on where it was", file=sys.stderr)
        return 130
    return _report(table)


def _fill(table, plan, args):
    """Every run that the table still wants: trained, judged, and its row put in."""
    judge, data = evaluation.judge_of(args.dataset), plan.data()
    commands = [*table.commands(), shlex.join(["stylegan-tf", *sys.argv[1:]])]
    table.begin(plan.asked, commands=list(dict.fromkeys(commands)), versions=versions())
    runs = [(variant, seed) for seed in plan.seeds for variant in plan.variants]  # each seed is a whole table
    rehearsed = False
    for number, (variant, seed) in enumerate(runs, 1):
        config = plan.config(variant, seed)
        place = f"{number} of {len(runs)}: {variant.name} seed {seed}"
        if row := _known(plan, table, variant, seed):
            if row["variant"] == variant.name:
                print(f"{place} is there already", flush=True)
            else:
                print(f"{place} is the same as {row['variant']}", flush=True)
                table.put({**row, "variant": variant.name})
            continue
        if not rehearsed:  # whether the judge takes these images must show before hours of training
            with warnings.catch_warnings(action="ignore"):  # of too few images
                measure(sg.Generator(config), data, judge, ["fid"], samples=2)
            rehearsed = True
        print(f"{place}, {variant.what}", flush=True)
        table.put(_run(plan, variant, seed, config, judge, data))
        keras.backend.clear_session()
        gc.collect()


class Plan:
    """What the arguments ask for, checked before anything is trained."""

    def __init__(self, args):
        self.args, self.variants = args, variants(args.configs, args.mixing, args.depth)
        self.settings, self.per_variant = parse_settings(args.set), {}
        for name, pair in args.set_for:
            self.per_variant.setdefault(named(name).name, {}).update(parse_settings([pair]))
        self.metrics = args.metrics.split(",")
        if unknown := [metric for metric in self.metrics if metric not in METRICS]:
            raise UserError(f"--metrics {args.metrics} has '{unknown[0]}'; choose from {', '.join(METRICS)}")
        self.latents = parse_seeds(args.test_latents, "--test-latents") if args.test_latents else []
        self.seeds = parse_seeds(args.seeds)
        sg.data.check_name(args.dataset)
        for variant in self.variants:
            config = self.config(variant, self.seeds[0])
            if self.latents and not 1 <= min(self.latents) <= max(self.latents) <= config.num_layers:
                raise UserError(f"--test-latents {args.test_latents}: {config.num_layers} layers take 1 to {config.num_layers}")

    @property
    def asked(self) -> dict:
        """What all rows of a table must have in common."""
        a = self.args
        names = ("preset", "dataset", "kimg", "minutes", "samples", "pairs")
        return {**{name: getattr(a, name) for name in names}, "set": self.settings, "set_for": self.per_variant}

    def fields(self, variant: Variant) -> dict:
        """The fields that differ from the preset: --set, then what the line is, then --set-for."""
        return {**self.settings, **variant.changes, **self.per_variant.get(variant.name, {})}

    def config(self, variant: Variant, seed: int) -> sg.Config:
        config = sg.preset(self.args.preset).replace(**self.fields(variant) | {"seed": seed})
        return scaled(config, self.args.kimg) if self.args.kimg else config

    def folder(self, variant: Variant, seed: int) -> Path:
        return Path(self.args.out) / f"{variant.name.replace('=', '-')}-seed{seed}"

    def data(self):
        """The data set, at the size of the preset."""
        config = self.config(self.variants[0], self.seeds[0])
        wanted = dict(resolution=config.resolution, channels=config.channels)
        return sg.data.open_dataset(self.args.dataset, self.args.data_dir, self.args.download, **wanted)

    def train(self, variant: Variant, seed: int) -> None:
        """As ``stylegan-tf train --resume`` does, with its refusals."""
        given = dict(vars(self.args), out=str(self.folder(variant, seed)), seed=seed, resume=True, quiet=True, dry_run=False)
        given["set"] = [f"{name}={json.dumps(value)}" for name, value in self.fields(variant).items()]
        train(argparse.Namespace(**given, **ONLY_OF_TRAIN))

    def show(self, table: Table) -> int:
        """Print the runs, the sizes of the networks and how long it takes here; train nothing."""
        a, runs, left = self.args, len(self.variants) * len(self.seeds), self.left(table)
        spared = f"; {runs - len(left)} of them are there, or the same as another" if len(left) < runs else ""
        print(f"{runs} runs: {len(self.variants)} lines, seeds {a.seeds}, into {a.out}{spared}")
        cost_of, (model, speeds) = 0.0, self._speeds() if not a.minutes else (None, {})
        for variant in self.variants:
            config = self.config(variant, self.seeds[0])
            count = cost.parameters(config)
            seconds = 60 * a.minutes if a.minutes else _seconds(config, model, speeds)
            cost_of += seconds * sum(other is variant for other, _ in left)
            sizes = f"G {count['generator']:>11,}  D {count['discriminator']:>11,} parameters"
            print(f"{variant.name:12} {sizes}  {seconds / 60:7.1f} min a run  {variant.what}")
        kind = "asked for" if a.minutes else f"at the speed measured now with {self.variants[-1].name}, scaled by FLOPs"
        print(f"training: about {cost_of / 3600:.1f} hours in all ({kind}); judging comes on top")
        return 0

    def left(self, table: Table) -> list[tuple[Variant, int]]:
        """The runs without a row, each network once."""
        found, configs = [], []
        for seed in self.seeds:
            for variant in self.variants:
                config = self.config(variant, seed)
                if config not in configs and not _known(self, table, variant, seed):
                    found.append((variant, seed))
                    configs.append(config)
        return found

    def _speeds(self):
        config = self.config(self.variants[-1], self.seeds[0])
        gan, data = sg.StyleGAN(config), self.data()
        check_data(gan, data)
        gan.compile()
        return config, measure_speed(gan, data, seconds=1.0)


def _seconds(config, model, speeds):
    """Training time, from the speeds (images/s by resolution) of another configuration."""
    seconds = 0.0
    for phase in sg.Schedule(config).phases:
        r = min(speeds, key=lambda side: abs(side - phase.resolution))
        seconds += (phase.end - phase.start) / speeds[r] * _flops(config, phase.resolution) / _flops(model, r)
    return seconds


def _flops(config, resolution):
    """A training step's FLOPs per image, R1 as often as it comes."""
    if config.loss == "wgan-gp":
        return cost.step_flops(config, resolution)
    with_r1, without = (cost.step_flops(config, resolution, r1) for r1 in (True, False))
    return without + (with_r1 - without) / config.r1_every


def _run(plan, variant, seed, config, judge, data) -> dict:
    """Train, or go on training, then judge: a row."""
    run = sg.Run(plan.folder(variant, seed))
    try:
        plan.train(variant, seed)
    except FloatingPointError as error:
        rows = run.history()
        minutes, kimg = (rows[-1]["seconds"] / 60, rows[-1]["kimg"]) if rows else (0.0, 0.0)
        print(f"failed: {error}", file=sys.stderr, flush=True)
        return {**describe(variant, seed, config, kimg, minutes), "failed": str(error)}
    gan, started = sg.load(run.path), time.perf_counter()
    options = dict(metrics=plan.metrics, samples=plan.args.samples, pairs=plan.args.pairs, latents=plan.latents)
    numbers = measure(gan.ema_generator, data, judge, **options)
    shown = ", ".join(f"{name} {value:.4g}" for name, value in numbers.items() if not name.endswith("error"))
    print(f"judged in {time.perf_counter() - started:.0f} s: {shown}", flush=True)
    return {**describe(variant, seed, config, gan.progress.images / 1000, gan.progress.seconds / 60), **numbers}


def _known(plan, table, variant, seed) -> dict | None:
    """The finished row of a run, or that of another line that is the same network: F mixes with probability 0.9, E with 0."""
    config = plan.config(variant, seed)
    same = [row for row in table.rows() if row["seed"] == seed and plan.config(named(row["variant"]), seed) == config]
    finished = [row for row in same if not lacks(row, config, plan.metrics, plan.latents)]
    return min(finished, key=lambda row: row["variant"] != variant.name, default=None)


def _report(table) -> int:
    about, rows = table.about(), table.rows()
    if not rows:
        raise UserError(f"{table.folder} has no finished run yet; the same command without --report-only trains them")
    text = markdown(rows, about)
    write_atomically(table.folder / "ablation.md", text.encode())
    picture = save(ablation_figure(rows, about), table.folder / "ablation.png")
    print(f"{text}\nwrote {table.folder / 'ablation.csv'}, {table.folder / 'ablation.md'} and {picture}")
    return 0

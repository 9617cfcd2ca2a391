"""Memory and days of a training run, before it is begun.

>>> plan = planning.plan(sg.preset("ffhq256"), gpus=4, gpu_memory=24e9)
>>> print(plan)
>>> plan.days, [stage.largest_batch for stage in plan.stages]

Time is counted, not guessed: floating-point operations, bytes of feature maps, steps (cost.py), each divided
by a speed. The speeds are fitted to the twelve training times of the official README, or given, or measured
here.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from stylegan_tf.config import Config
from stylegan_tf.data.source import as_images
from stylegan_tf.planning import cost, memory
from stylegan_tf.presets import official_batch_sizes, preset
from stylegan_tf.training.loop import check_data
from stylegan_tf.training.model import StyleGAN
from stylegan_tf.training.schedule import Schedule
from stylegan_tf.training.time_box import measure_speed as measure

DAY = 86_400.0
PUBLISHED = {  # (resolution, GPUs) -> hours of the official code on V100s for 25,000 kimg (official README)
    (1024, 1): 988, (1024, 2): 526, (1024, 4): 272, (1024, 8): 158,
    (512, 1): 597, (512, 2): 319, (512, 4): 168, (512, 8): 106,
    (256, 1): 358, (256, 2): 221, (256, 4): 117, (256, 8): 80,
}  # fmt: skip
RESERVE = (
    1_000_000_000  # bytes of a GPU that the driver, its libraries and their scratch space take; an assumption
)
USABLE = 0.9  # share of the rest that can be filled before fragments of it fail; an assumption


@dataclass(frozen=True)
class Throughput:
    """How fast one GPU works. A step on g GPUs takes flops / rate + bytes / bandwidth, and overhead * g if g
    > 1.

    Units: FLOP/s; bytes of feature maps a second (infinite: never the limit); seconds. ``source`` says where
        they come from.
    """

    rate: float
    bandwidth: float = float("inf")
    overhead: float = 0.0
    source: str = "given"


@dataclass(frozen=True)
class Stage:
    """One resolution of a plan. Bytes and batches are those of one GPU."""

    resolution: int
    batch: int  # images of a step, over all GPUs
    batch_per_gpu: int
    kimg: float
    parameters: int  # trained numbers of G and D that this stage uses
    gflop_per_image: float  # of a whole turn: D's update, its penalty, G's update
    activations: int  # bytes, for the whole batch of a GPU
    weights: int  # bytes, with gradients, Adam's moments and the average of G
    memory: int  # bytes, with RESERVE
    largest_batch: int | None  # per GPU, that fits gpu_memory; 0: none does; None: gpu_memory is not known
    seconds_per_kimg: float

    @property
    def days(self) -> float:
        return self.kimg * self.seconds_per_kimg / DAY

    @property
    def fits(self) -> bool:
        return self.largest_batch is None or self.batch_per_gpu <= self.largest_batch


@dataclass(frozen=True)
class Plan:
    """A run, stage by stage. ``str(plan)`` is a table."""

    stages: tuple[Stage, ...]
    gpus: int
    gpu_memory: float | None
    throughput: Throughput

    @property
    def days(self) -> float:
        return sum(stage.days for stage in self.stages)

    @property
    def fits(self) -> bool:
        return all(stage.fits for stage in self.stages)

    def __str__(self) -> str:
        lines = [
            "    stage  batch  per GPU  largest     kimg  GFLOP/image  maps, GB  memory, GB  s/kimg    days"
        ]
        for s in self.stages:
            largest = "-" if s.largest_batch is None else f"{s.largest_batch}"
            side = f"{s.resolution}x{s.resolution}"
            sizes = f"{s.gflop_per_image:12.2f} {s.activations / 1e9:9.2f} {s.memory / 1e9:11.2f}"
            times = f"{s.seconds_per_kimg:7.1f} {s.days:7.2f}{'' if s.fits else '  does not fit'}"
            lines.append(
                f"{side:>9} {s.batch:6} {s.batch_per_gpu:8} {largest:>8} {s.kimg:8.0f} {sizes} {times}"
            )
        lines.append(
            f"memory on every GPU: {self.stages[0].weights / 1e9:.2f} GB for weights, gradients, Adam's moments and the average, "
            f"{RESERVE / 1e9:.0f} GB for driver and libraries, and the maps"
        )
        time = f"{self.days:.1f} days" if self.days >= 1 else f"{24 * self.days:.1f} hours"
        lines.append(f"{time} on {self.gpus} GPU{'s' * (self.gpus > 1)}; speed: {self.throughput.source}")
        return "\n".join(lines)


def plan(
    config: Config, gpus: int = 1, gpu_memory: float | None = None, batch: int | None = None,
    throughput: Throughput | None = None,
) -> Plan:  # fmt: skip
    """What training a Config takes on ``gpus`` equal GPUs of ``gpu_memory`` bytes each, float32 throughout.

    Args:
        batch: images per GPU and step, at every stage. By default the Config's own; a Config with the
            official batch sizes (the presets ffhq64 to ffhq1024) gets those of so many GPUs, if the official
            table has them.
        throughput: by default fitted to the published times.

    Raises:
        ValueError: if a batch can't be divided among the GPUs, or among the groups of the minibatch
            deviation.
    """
    if gpus < 1:
        raise ValueError(f"gpus is {gpus}; it must be 1 or more")
    if batch is not None and batch < 1:
        raise ValueError(f"batch is {batch}; each GPU needs 1 image or more")
    config, throughput, schedule = (
        _with_batches(config, gpus, batch),
        throughput or published(),
        Schedule(config),
    )
    kimg = dict.fromkeys(schedule.resolutions, 0.0)
    for phase in schedule.phases:
        kimg[phase.resolution] += (phase.end - phase.start) / 1000
    return Plan(
        tuple(_stage(config, r, kimg[r], gpus, gpu_memory, throughput) for r in kimg),
        gpus,
        gpu_memory,
        throughput,
    )


def largest_batch(config: Config, resolution: int, gpu_memory: float) -> int:
    """Images per step that fit one GPU of ``gpu_memory`` bytes, less RESERVE and a tenth: below mbstd_group,
    or a multiple.
    """
    room = USABLE * (gpu_memory - RESERVE) - memory.weights(config)
    count, group = max(0, int(room // memory.activations(config, resolution))), max(1, config.mbstd_group)
    return count if count < group else count // group * group


def turn_flops(config: Config, resolution: int) -> float:
    """FLOPs of a turn per image, the lazy penalty's share included."""
    share = 1 / config.r1_every
    with_penalty, without = (cost.step_flops(config, resolution, r1) for r1 in (True, False))
    return share * with_penalty + (1 - share) * without


def fit(times: dict[tuple[int, int], float]) -> Throughput:
    """The three speeds that explain training times best, by relative error: {(resolution, GPUs): hours} of
    the official schedule and batch sizes. Least squares over rows (FLOPs, bytes of maps, steps * GPUs).
    """
    rows = np.array([_work_of_a_run(preset(f"ffhq{r}"), gpus) for r, gpus in times])
    seconds = 3600.0 * np.array(list(times.values()))
    scale = rows.max(axis=0)  # the columns are of very different sizes
    found = np.linalg.lstsq(rows / scale / seconds[:, None], np.ones(len(seconds)), rcond=None)[0] / scale
    if not (found > 0).all():
        raise ValueError(
            f"no speeds explain these {len(times)} times; give some of several resolutions and numbers of GPUs"
        )
    return Throughput(1 / found[0], 1 / found[1], found[2], f"fitted to {len(times)} given times")


@functools.cache
def published() -> Throughput:
    """One V100, as the published times of the official code tell it."""
    found = fit(PUBLISHED)
    return Throughput(
        found.rate,
        found.bandwidth,
        found.overhead,
        "V100s, fitted to the 12 published times of the official code",
    )


def given(tflops: float) -> Throughput:
    """A GPU that does so many TFLOP/s; neither memory nor the exchange between GPUs is ever the limit."""
    return Throughput(
        1e12 * tflops,
        source=f"{tflops:g} TFLOP/s a GPU as given; memory and exchange between GPUs not counted",
    )


def measured(config: Config, resolution: int = 16, budget: float = 3.0) -> Throughput:
    """This machine, on the stage of a Config at ``resolution``: training steps on random images for
    ``budget`` seconds.
    """
    batch = config.mbstd_group if config.mbstd_group > 1 else 4
    one_stage = dict(
        resolution=resolution, start_resolution=4, progressive=False, stage_kimg={}, time_shares={}
    )
    small = config.replace(**one_stage, batch_size=batch, batch_sizes={})
    gan, rng = StyleGAN(small), np.random.default_rng(config.seed)
    gan.compile()
    images = rng.integers(0, 256, (4 * batch, resolution, resolution, config.channels), "uint8")
    data = check_data(gan, as_images(images, np.zeros(len(images), int) if config.label_dim else None))
    speed = measure(gan, data, budget)[resolution]
    rate = speed * turn_flops(small, resolution)
    source = f"{rate / 1e9:.0f} GFLOP/s, measured here at {resolution}x{resolution}; memory and exchange between GPUs not counted"
    return Throughput(rate, source=source)


def seconds(config: Config, resolution: int, batch: int, gpus: int, speed: Throughput) -> float:
    """Of one step; ``batch``: images over all GPUs."""
    return float(
        _work(config, resolution, batch, gpus) @ (1 / speed.rate, 1 / speed.bandwidth, speed.overhead)
    )


def _work(config, resolution, batch, gpus):
    """What a step waits for: (FLOPs of a GPU, bytes of its maps, GPUs that exchange gradients)."""
    each = batch / gpus
    return np.array(
        [
            each * turn_flops(config, resolution),
            each * memory.activations(config, resolution),
            gpus if gpus > 1 else 0,
        ]
    )


def _work_of_a_run(config, gpus):
    """The same, summed over all steps."""
    config = _with_batches(config, gpus, None)
    phases = Schedule(config).phases
    return sum(
        (p.end - p.start) / p.batch_size * _work(config, p.resolution, p.batch_size, gpus) for p in phases
    )


def _with_batches(config, gpus, batch):
    """The Config with the images per step that so many GPUs share."""
    official = [official_batch_sizes(n) for n in (1, 2, 4, 8)]
    if batch is not None:
        config = config.replace(batch_size=batch * gpus, batch_sizes={})
    elif config.batch_sizes in official and gpus in (1, 2, 4, 8):
        config = config.replace(batch_sizes=official_batch_sizes(gpus))
    group = config.mbstd_group
    for r in config.resolutions:
        total = config.batch_size_at(r)
        if total % gpus:
            raise ValueError(
                f"the batch at {r}x{r} is {total} images, which {gpus} GPUs can't share; give a batch per GPU"
            )
        if group > 1 and total // gpus > group and total // gpus % group:
            raise ValueError(
                f"each GPU gets {total // gpus} images at {r}x{r}; give a multiple of mbstd_group = {group}, or fewer than that"
            )
    return config


def _stage(config, r, kimg, gpus, gpu_memory, throughput) -> Stage:
    batch = config.batch_size_at(r)
    each, own = batch // gpus, memory.weights(config)
    maps = each * memory.activations(config, r)
    return Stage(
        resolution=r,
        batch=batch,
        batch_per_gpu=each,
        kimg=kimg,
        parameters=sum(layer.parameters for layer in cost.stage_layers(config, r)),
        gflop_per_image=turn_flops(config, r) / 1e9,
        activations=maps,
        weights=own,
        memory=RESERVE + own + maps,
        largest_batch=None if gpu_memory is None else largest_batch(config, r, gpu_memory),
        seconds_per_kimg=seconds(config, r, batch, gpus, throughput) * 1000 / batch,
    )

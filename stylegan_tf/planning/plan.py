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
from dataclasses import dataclass, replace

import numpy as np

from stylegan_tf.batch_sizes import official_batch_sizes
from stylegan_tf.config import Config
from stylegan_tf.data.source import as_images
from stylegan_tf.planning import cost, memory
from stylegan_tf.presets import preset
from stylegan_tf.training.loop import take_data
from stylegan_tf.training.model import StyleGAN
from stylegan_tf.training.schedule import Schedule
from stylegan_tf.training.time_box import measure_speed

DAY = 86_400.0
PUBLISHED = {  # (resolution, GPUs) -> hours of the official code on V100s for 25,000 kimg (official README)
    (1024, 1): 988, (1024, 2): 526, (1024, 4): 272, (1024, 8): 158,
    (512, 1): 597, (512, 2): 319, (512, 4): 168, (512, 8): 106,
    (256, 1): 358, (256, 2): 221, (256, 4): 117, (256, 8): 80,
}  # fmt: skip
# Two assumptions: bytes of a GPU that the driver, its libraries and their scratch space take, and the share
# of the rest that can be filled before an allocation fails because what is free lies in fragments.
RESERVE = 1_000_000_000
USABLE = 0.9


@dataclass(frozen=True)
class Throughput:
    """How fast one GPU works.

    A step on g GPUs takes flops / rate + bytes / bandwidth seconds, and overhead * g more if g > 1.

    Attributes:
        rate: FLOP/s.
        bandwidth: bytes of feature maps a second; infinite if it is never the limit.
        overhead: seconds per step and GPU, for the exchange of gradients.
        source: where these numbers come from.
    """

    rate: float
    bandwidth: float = float("inf")
    overhead: float = 0.0
    source: str = "given"


@dataclass(frozen=True)
class Stage:
    """One resolution of a plan.

    Attributes:
        batch: images of a step, over all GPUs.
        batch_per_gpu: images of a step on one GPU.
        kimg: thousands of images shown at this resolution.
        parameters: trained numbers of G and D that this stage uses.
        gflop_per_image: of a whole turn: D's update, its penalty, G's update.
        activations: bytes of feature maps on one GPU, for its whole share of the batch.
        weights: bytes on each GPU, with gradients, Adam's moments and the average of G.
        memory: bytes on each GPU: activations, weights and RESERVE.
        largest_batch: images per GPU that fit gpu_memory; 0 if not even one does, None if gpu_memory is not
            known.
        seconds_per_kimg: for a thousand images.
    """

    resolution: int
    batch: int
    batch_per_gpu: int
    kimg: float
    parameters: int
    gflop_per_image: float
    activations: int
    weights: int
    memory: int
    largest_batch: int | None
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
            side = f"{s.resolution}x{s.resolution}"
            largest = "-" if s.largest_batch is None else f"{s.largest_batch}"
            images = f"{s.batch:6} {s.batch_per_gpu:8} {largest:>8} {s.kimg:8.0f}"
            sizes = f"{s.gflop_per_image:12.2f} {s.activations / 1e9:9.2f} {s.memory / 1e9:11.2f}"
            times = f"{s.seconds_per_kimg:7.1f} {s.days:7.2f}"
            note = "" if s.fits else "  does not fit"
            lines.append(f"{side:>9} {images} {sizes} {times}{note}")
        lines.append(
            f"memory on every GPU: {self.stages[0].weights / 1e9:.2f} GB "
            "for weights, gradients, Adam's moments and the average, "
            f"{RESERVE / 1e9:.0f} GB for driver and libraries, and the maps"
        )
        time = f"{self.days:.1f} days" if self.days >= 1 else f"{24 * self.days:.1f} hours"
        gpus = "1 GPU" if self.gpus == 1 else f"{self.gpus} GPUs"
        lines.append(f"{time} on {gpus}; speed: {self.throughput.source}")
        return "\n".join(lines)


def plan(
    config: Config, gpus: int = 1, gpu_memory: float | None = None, batch: int | None = None,
    throughput: Throughput | None = None,
) -> Plan:  # fmt: skip
    """What training a Config takes on ``gpus`` equal GPUs of ``gpu_memory`` bytes each, float32 throughout.

    Args:
        gpu_memory: bytes of one GPU. Without it, no largest batch is known.
        batch: images per GPU and step, at every stage. By default the Config's own; a Config with the
            official batch sizes (the presets ffhq64 to ffhq1024) gets those of this number of GPUs, if the
            official table has them.
        throughput: by default fitted to the published times.

    Raises:
        ValueError: if a batch can't be divided among the GPUs, or among the groups of the minibatch
            deviation.
    """
    if gpus < 1:
        raise ValueError(f"gpus is {gpus}; it must be 1 or more")
    if batch is not None and batch < 1:
        raise ValueError(f"batch is {batch}; each GPU needs 1 image or more")
    config = _with_batches(config, gpus, batch)
    throughput = throughput or published()

    # Images of each resolution: those of its fade and of its stable phase.
    schedule = Schedule(config)
    kimg = dict.fromkeys(schedule.resolutions, 0.0)
    for phase in schedule.phases:
        kimg[phase.resolution] += (phase.end - phase.start) / 1000

    stages = tuple(_stage(config, r, kimg[r], gpus, gpu_memory, throughput) for r in kimg)
    return Plan(stages, gpus, gpu_memory, throughput)


def largest_batch(config: Config, resolution: int, gpu_memory: float) -> int:
    """Images per step that fit one GPU of ``gpu_memory`` bytes, less RESERVE and a tenth of the rest.

    The number is smaller than ``mbstd_group``, or a multiple of it.
    """
    room = USABLE * (gpu_memory - RESERVE) - memory.weights(config)
    count = max(0, int(room // memory.activations(config, resolution)))
    group = max(1, config.mbstd_group)
    return count if count < group else count // group * group


def turn_flops(config: Config, resolution: int) -> float:
    """FLOPs of a turn per image, the lazy penalty's share included; WGAN-GP's is never lazy."""
    share = 1.0 if config.loss == "wgan-gp" else 1 / config.r1_every
    with_penalty = cost.step_flops(config, resolution, r1=True)
    without = cost.step_flops(config, resolution, r1=False)
    return share * with_penalty + (1 - share) * without


def fit(times: dict[tuple[int, int], float]) -> Throughput:
    """The three speeds that explain training times best, by relative error.

    Args:
        times: {(resolution, GPUs): hours} of training with the official schedule and batch sizes.

    Raises:
        ValueError: if the best explanation has a speed that is not positive.
    """
    # A row for each time: FLOPs, bytes of maps, steps * GPUs.
    rows = np.array([_work_of_a_run(preset(f"ffhq{r}"), gpus) for r, gpus in times])  # (N, 3)
    seconds = 3600.0 * np.array(list(times.values()))  # (N,)

    # Least squares of relative errors: each row over its time should give 1.
    scale = rows.max(axis=0)  # the columns are of very different sizes
    relative = rows / scale / seconds[:, None]
    found = np.linalg.lstsq(relative, np.ones(len(seconds)), rcond=None)[0] / scale
    if not (found > 0).all():
        raise ValueError(
            f"no speeds explain these {len(times)} times; "
            "give some of several resolutions and numbers of GPUs"
        )
    return Throughput(1 / found[0], 1 / found[1], found[2], f"fitted to {len(times)} given times")


@functools.cache
def published() -> Throughput:
    """One V100, as the published times of the official code tell it."""
    source = "V100s, fitted to the 12 published times of the official code"
    return replace(fit(PUBLISHED), source=source)


def given(tflops: float) -> Throughput:
    """A GPU of this speed in TFLOP/s; neither memory nor the exchange between GPUs is ever the limit."""
    source = f"{tflops:g} TFLOP/s a GPU as given; memory and exchange between GPUs not counted"
    return Throughput(1e12 * tflops, source=source)


def measured(config: Config, resolution: int = 16, budget: float = 3.0) -> Throughput:
    """This machine, on one stage of a Config: training steps on random images.

    Args:
        resolution: of the stage.
        budget: seconds of measuring; tracing and warming up come on top.
    """
    # The same network at this one resolution.
    batch = config.mbstd_group if config.mbstd_group > 1 else 4
    small = config.replace(
        resolution=resolution, start_resolution=4, progressive=False, stage_kimg={}, time_shares={},
        batch_size=batch, batch_sizes={},
    )  # fmt: skip
    gan = StyleGAN(small)
    gan.compile()

    # Its speed, and the FLOPs that this is.
    rng = np.random.default_rng(config.seed)
    images = rng.integers(0, 256, (4 * batch, resolution, resolution, config.channels), "uint8")
    labels = np.zeros(len(images), int) if config.label_dim else None
    data = take_data(gan, as_images(images, labels))
    speed = measure_speed(gan, data, budget)[resolution]  # images/s
    rate = speed * turn_flops(small, resolution)
    source = (
        f"{rate / 1e9:.0f} GFLOP/s, measured here at {resolution}x{resolution}; "
        "memory and exchange between GPUs not counted"
    )
    return Throughput(rate, source=source)


def seconds(config: Config, resolution: int, batch: int, gpus: int, speed: Throughput) -> float:
    """The time of one step; ``batch`` is the number of images over all GPUs."""
    work = _work(config, resolution, batch, gpus)
    return float(work @ (1 / speed.rate, 1 / speed.bandwidth, speed.overhead))


def _work(config, resolution, batch, gpus):
    """What a step waits for: (FLOPs of a GPU, bytes of its maps, GPUs that exchange gradients)."""
    images = batch / gpus
    flops = images * turn_flops(config, resolution)
    map_bytes = images * memory.activations(config, resolution)
    exchanging = gpus if gpus > 1 else 0
    return np.array([flops, map_bytes, exchanging])


def _work_of_a_run(config, gpus):
    """The same, summed over all steps."""
    config = _with_batches(config, gpus, None)
    total = 0
    for phase in Schedule(config).phases:
        steps = (phase.end - phase.start) / phase.batch_size
        total = total + steps * _work(config, phase.resolution, phase.batch_size, gpus)
    return total


def _with_batches(config, gpus, batch):
    """The Config with the images per step that these GPUs share.

    ``batch`` is the number of images per GPU, or None for the Config's own or the official one.
    """
    # How many images?
    official = [official_batch_sizes(n) for n in (1, 2, 4, 8)]
    if batch is not None:
        config = config.replace(batch_size=batch * gpus, batch_sizes={})
    elif config.batch_sizes in official and gpus in (1, 2, 4, 8):
        config = config.replace(batch_sizes=official_batch_sizes(gpus))

    # Can they be shared, and each share be taken in groups?
    group = config.mbstd_group
    for r in config.resolutions:
        total = config.batch_size_at(r)
        share = total // gpus
        if total % gpus:
            raise ValueError(
                f"the batch at {r}x{r} is {total} images, which {gpus} GPUs can't share; give a batch per GPU"
            )
        if group > 1 and share > group and share % group:
            raise ValueError(
                f"each GPU gets {share} images at {r}x{r}; "
                f"give a multiple of mbstd_group = {group}, or fewer than that"
            )
    return config


def _stage(config, r, kimg, gpus, gpu_memory, throughput) -> Stage:
    batch = config.batch_size_at(r)
    batch_per_gpu = batch // gpus
    weights = memory.weights(config)
    activations = batch_per_gpu * memory.activations(config, r)
    return Stage(
        resolution=r,
        batch=batch,
        batch_per_gpu=batch_per_gpu,
        kimg=kimg,
        parameters=sum(layer.parameters for layer in cost.stage_layers(config, r)),
        gflop_per_image=turn_flops(config, r) / 1e9,
        activations=activations,
        weights=weights,
        memory=RESERVE + weights + activations,
        largest_batch=None if gpu_memory is None else largest_batch(config, r, gpu_memory),
        seconds_per_kimg=seconds(config, r, batch, gpus, throughput) * 1000 / batch,
    )

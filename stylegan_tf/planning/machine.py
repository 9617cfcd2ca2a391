"""Is this machine fit for it? Facts, the official numbers here, the paths of training, speed, memory.

``stylegan-tf check`` prints it all. It is what to run first on a new machine, and to paste into a bug report.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
import resource
import sys
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from stylegan_tf.config import Config
from stylegan_tf.data.source import Images
from stylegan_tf.files import data_file
from stylegan_tf.networks.discriminator import Discriminator
from stylegan_tf.networks.generator import Generator
from stylegan_tf.networks.layers import EqualizedConv2D
from stylegan_tf.planning import memory
from stylegan_tf.planning.plan import measured, seconds
from stylegan_tf.training import distribution
from stylegan_tf.training.model import StyleGAN
from stylegan_tf.training.precision import policy_of
from stylegan_tf.training.time_box import measure_speed

PRECISIONS = ("float32", "float16", "bfloat16")
# Largest difference from the official numbers, as a share of the largest of them. float32: as in the tests.
# 16 bits: about ten roundings, of 2**-11 and 2**-8, one after the other.
TOLERANCES = {"float32": 1e-4, "float16": 0.005, "bfloat16": 0.04}
# What D says of the reals of the first step, and its R1: they depend on no random draw, and XLA draws other
# random numbers from the same seeds. How far they may lie from those of float32 on one device.
COMPARED = ("real_score", "penalty")
STEP_TOLERANCES = {"float16": 0.02, "bfloat16": 0.05, "XLA": 1e-3, "two replicas": 1e-3}
STEPS = 3  # of each path of training
SIDES = (32, 64, 128)
# What the course and its front ends use: distribution -> what it is for
EXTRAS = {
    "jupyterlab": "notebooks", "notebook": "notebooks", "nbclassic": "notebooks", "ipywidgets": "widgets",
    "anywidget": "widgets", "voila": "widgets as pages", "tensorboard": "curves",
    "tensorflow-datasets": "data sets", "nbval": "tests of the notebooks",
}  # fmt: skip

# Small enough to be trained for a few steps at 128x128 on a processor; its kernels are fused there.
SMALL = Config(
    resolution=128, z_dim=64, w_dim=64, mapping_width=64, mapping_layers=2, fmap_base=1024, fmap_max=64,
    batch_size=4, start_resolution=4, progressive=False, learning_rates={},
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing that was tried.

    Attributes:
        name: what was tried.
        words: what was found.
        good: whether it is as it must be; None where it could not be tried.
    """

    name: str
    words: str
    good: bool | None

    def __str__(self):
        mark = {True: "good", False: "WRONG", None: "not tried"}[self.good]
        return f"{mark:9} {self.name}: {self.words}"


def facts() -> dict[str, str]:
    """What this machine is and has, by name."""
    # The machine.
    found = {
        "system": platform.platform(),
        "processor": f"{os.cpu_count()} cores, {_processor()}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.1f} GB",
    }
    gpus = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus]
    found["GPUs"] = ", ".join(names) or "none that TensorFlow sees"

    # What computes.
    found["Python"] = f"{platform.python_version()} in {sys.prefix}"
    found["stylegan_tf"] = importlib.metadata.version("stylegan_tf")
    found["TensorFlow"] = f"{tf.__version__}, oneDNN {_onednn()}"
    found["Keras"] = f"{keras.__version__}, dtype policy {keras.config.dtype_policy().name}"
    found["NumPy"] = np.__version__

    # What the lessons use.
    there = {name: version for name in EXTRAS if (version := _version(name))}
    missing = [f"{name} ({what})" for name, what in EXTRAS.items() if name not in there]
    found["extras"] = ", ".join(f"{name} {version}" for name, version in there.items()) or "none"
    found["missing"] = ", ".join(missing) or "none"
    return found


def _processor():
    """The processor's name where Linux tells it, else its kind."""
    try:
        with open("/proc/cpuinfo") as file:
            lines = [line for line in file if line.startswith("model name")]
    except OSError:
        lines = []
    return lines[0].split(":", 1)[1].strip() if lines else platform.machine()


def _onednn():
    return "off" if os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "0" else "on"


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def official_numbers(precision: str) -> Finding:
    """Images and scores of a small official network, computed here, beside those of the official code.

    precision: one of PRECISIONS.
    """
    with np.load(data_file("official_small.npz")) as file:
        arrays = dict(file)
    config = Config.from_dict(json.loads(arrays["config"].tobytes())).replace(precision=precision)

    # The networks, with the official weights.
    networks = {}
    for part, kind in (("G", Generator), ("D", Discriminator)):
        networks[part] = kind(config, dtype=policy_of(config))
        count = len(networks[part].weights)
        networks[part].set_weights([arrays[f"{part}/{i}"] for i in range(count)])

    # How far off, as a share of the largest number.
    images = np.asarray(networks["G"](arrays["z"], noise="fixed"))
    scores = np.asarray(networks["D"](arrays["reals"]))
    off = max(_share_off(images, arrays["images"]), _share_off(scores, arrays["scores"]))
    limit = TOLERANCES[precision]
    words = f"differ by {off:.1e} of the largest value, at most {limit:g} is expected"
    return Finding(f"official numbers in {precision}", words, bool(off <= limit))


def _share_off(found, expected):
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def fused_kernels() -> Finding:
    """Up-sampling by a kernel in fused form, as it is stored from 128x128 on, beside the plain form."""
    x = np.random.default_rng(0).normal(size=(2, 64, 64, 8)).astype("float32")
    plain = EqualizedConv2D(8, resample="up")
    fused = EqualizedConv2D(8, resample="up", fused=True)
    for layer in (plain, fused):
        layer.build(x.shape)
    fused.kernel.assign(plain.kernel.numpy()[::-1, ::-1])  # the same function, stored rotated

    off = _share_off(np.asarray(fused(x)), np.asarray(plain(x)))
    limit = TOLERANCES["float32"]
    words = f"the two forms differ by {off:.1e} of the largest value, at most {limit:g} is expected"
    return Finding("fused kernels", words, off <= limit)


def first_step(config: Config, jit_compile: bool = False, strategy=None) -> dict[str, float]:
    """Scalars of the first of ``STEPS`` training steps at 32x32 on random pictures.

    Adds ``lost``: the updates that were skipped in all steps.
    """
    strategy = strategy or tf.distribute.get_strategy()
    config = config.replace(resolution=32)
    with strategy.scope():
        gan = StyleGAN(config, dtype=policy_of(config))
    gan.compile(jit_compile=jit_compile)
    data = random_pictures(config)
    logs = [gan.run_step(data, gan.schedule.phases[-1], 1.0) for _ in range(STEPS)]
    lost = sum(float(log["d_skipped"] + log["g_skipped"]) for log in logs)
    return {name: float(value) for name, value in logs[0].items()} | {"lost": lost}


def random_pictures(config: Config) -> Images:
    """Pictures of random pixels, enough for a few steps."""
    side = config.resolution
    shape = (4 * config.batch_size, side, side, config.channels)
    return Images(np.random.default_rng(0).integers(0, 256, shape, "uint8"), name="random pictures")


def training_paths() -> list[Finding]:
    """A few training steps by every path that this machine has, beside those of float32 on one device.

    Without a GPU two replicas are not tried: they need two devices.
    """
    expected = first_step(SMALL)
    is_finite = all(np.isfinite(value) for value in expected.values())
    words = ", ".join(f"{name} {expected[name]:.5f}" for name in ("d_loss", "g_loss", *COMPARED))
    findings = [Finding("training in float32", words, is_finite and not expected["lost"])]

    # 16 bits. float16 has a loss scale, which may skip a step while it finds its height.
    for precision in PRECISIONS[1:]:
        found = first_step(SMALL.replace(precision=precision))
        findings.append(_compared(f"training in {precision}", found, expected, STEP_TOLERANCES[precision]))

    # The compiler. Not every TensorFlow has one for every device.
    try:
        found = first_step(SMALL, jit_compile=True)
    except tf.errors.OpError as error:
        findings.append(Finding("training with XLA", str(error).splitlines()[0][:200], False))
    else:
        findings.append(_compared("training with XLA", found, expected, STEP_TOLERANCES["XLA"]))

    # Several devices.
    gpus = tf.config.list_physical_devices("GPU")
    if len(gpus) < 2:
        findings.append(Finding("training on two replicas", f"there are {len(gpus)} GPUs", None))
    else:
        strategy = distribution.strategy_for(devices=["gpu:0", "gpu:1"])
        found = first_step(SMALL.replace(mbstd_group=2), strategy=strategy)
        alone = first_step(SMALL.replace(mbstd_group=2))
        tolerance = STEP_TOLERANCES["two replicas"]
        findings.append(_compared("training on two replicas", found, alone, tolerance))
    return findings


def _compared(name, found, expected, tolerance) -> Finding:
    """Whether a first step is the one that is expected, its losses are finite, and updates are made."""
    off = max(abs(found[scalar] / expected[scalar] - 1) for scalar in COMPARED)
    words = f"scores and R1 within {off:.2%} of float32's, at most {tolerance:.2%} is expected"
    # The loss scale may skip a step while it finds its height.
    if found["lost"]:
        words += f"; {found['lost']:.0f} of {2 * STEPS} updates skipped"
    is_finite = all(np.isfinite(value) for value in found.values())
    return Finding(name, words, bool(is_finite and off <= tolerance and found["lost"] < 2 * STEPS))


def speeds(seconds_each: float = 2.0) -> list[str]:
    """Lines that say how fast a training step is at 32, 64 and 128, and what the planner expects here.

    The planner measures 16x16 and counts operations. Speed is told, never judged: it is no fault.

    Args:
        seconds_each: of measuring at each side; tracing and warming up come on top.
    """
    throughput = measured(SMALL, budget=seconds_each)
    lines = [f"planner: {throughput.source}"]
    for side in SIDES:
        config = SMALL.replace(resolution=side)
        gan = StyleGAN(config, dtype="float32")
        gan.compile()
        found = measure_speed(gan, random_pictures(config), seconds_each)[side]
        expected = config.batch_size / seconds(config, side, config.batch_size, 1, throughput)
        share = found / expected
        lines.append(f"{side}x{side}: {found:.1f} images/s, the planner expects {expected:.1f} ({share:.0%})")
    return lines


def peak_memory() -> list[str]:
    """Lines that say how much memory this process has taken at most, and what the planner counts."""
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    counted = memory.host(SMALL, SMALL.resolution, SMALL.batch_size)
    largest = f"{SMALL.resolution}x{SMALL.resolution} in batches of {SMALL.batch_size}"
    lines = [f"process: {peak / 1e9:.2f} GB at most; counted for {largest}: {counted / 1e9:.2f} GB"]
    for gpu in tf.config.list_logical_devices("GPU"):
        used = tf.config.experimental.get_memory_info(gpu.name.split("device:")[-1])["peak"]
        lines.append(f"{gpu.name}: {used / 1e9:.2f} GB at most")
    return lines


def verdict(findings: list[Finding]) -> str:
    """One sentence about all that was tried."""
    wrong = [finding.name for finding in findings if finding.good is False]
    left = [finding.name for finding in findings if finding.good is None]
    if wrong:
        return f"{', '.join(wrong)}: not as expected here; paste this page into a bug report"
    rest = f"; not tried: {', '.join(left)}" if left else ""
    return f"everything that was tried is as it must be{rest}"

"""How fast training is on this machine, against plain TensorFlow convolutions, and what each choice costs.

    python benchmarks/speed/train_speed.py            # about 20 minutes on two idle cores
    python benchmarks/speed/train_speed.py --quick    # about 5 minutes: few rounds, no slow variants

It writes benchmarks/results/train_speed.md. What is compared is measured in turns, round by round, and
medians are printed.
"""

import argparse
import contextlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
RESULTS = Path(__file__).resolve().parent.parent / "results"
FULL, KINDS = 32, ("forward", "input", "weight")
PARTS = ("stages", "variants", "processes", "start", "interactive")


def networks():
    """{name: Config}: the network that other implementations were timed with, and the demo's preset."""
    import stylegan_tf as sg

    small = dict(
        resolution=FULL, channels=1, z_dim=128, w_dim=128, mapping_width=128, fmap_base=512, fmap_max=128
    )
    return {"small": sg.Config(**small, batch_size=32, start_resolution=4), "mnist32": sg.preset("mnist32")}


def without_fades(config, images):
    """The same network, every stage for ``images[resolution]`` images, one tick each."""
    kimg = {r: images[r] / 1000 for r in config.resolutions}
    return config.replace(
        stage_kimg={r: (0, k) for r, k in kimg.items()}, total_kimg=sum(kimg.values()), tick_kimg=kimg
    )


class Report:
    """Markdown, printed as it comes, saved at the end."""

    def __init__(self, title):
        self.lines = []
        self.add(f"# {title}", "", machine(), f"Load average at the start: {load()}.")

    def add(self, *lines):
        self.lines += lines
        print(*lines, sep="\n", flush=True)

    def table(self, heading, rows):
        lines = [heading, ["---"] * len(heading), *rows]
        self.add("", *("| " + " | ".join(map(str, line)) + " |" for line in lines), "")

    def save(self, name):
        self.add(f"Load average at the end: {load()}.")
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / name).write_text("\n".join(self.lines) + "\n")


def machine():
    import keras
    import tensorflow as tf

    info = Path("/proc/cpuinfo")
    models = (
        [line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        if info.exists()
        else []
    )
    cpu = models[0] if models else platform.processor() or platform.machine()
    versions = f"Python {platform.python_version()}, TensorFlow {tf.__version__}, Keras {keras.__version__}"
    return f"{cpu}, {os.cpu_count()} cores; {versions}."


def load():
    return ", ".join(f"{x:.1f}" for x in os.getloadavg())


# 1. Each stage: the steps of fit, in turns with plain convolutions of the same shapes


def convolutions(config, resolution):
    from stylegan_tf.planning import cost

    return [
        x for x in cost.stage_layers(config, resolution) if x.kind in ("conv", "up", "down") and x.kernel > 1
    ]


def plain_run(layers, kind, batch):
    """A graph that computes one kind of product (cost.step_passes) of every layer once, in order."""
    import tensorflow as tf

    calls = [plain_convolution(layer, kind, batch) for layer in layers]

    def run():
        results = []
        for call in calls:
            with tf.control_dependencies(results[-1:]):
                results.append(call())
        return tf.add_n([tf.reshape(result, [-1])[0] for result in results])

    return tf.function(run, autograph=False).get_concrete_function()


def plain_convolution(layer, kind, batch):
    """The TensorFlow kernel that computes a product of a layer, on random numbers."""
    import tensorflow as tf

    inner = layer.side // 2 if layer.kind == "up" else layer.side
    outer = layer.side // 2 if layer.kind == "down" else layer.side
    x = tf.random.normal((batch, inner, inner, layer.inputs))
    y = tf.random.normal((batch, outer, outer, layer.outputs))
    kernel = tf.random.normal((layer.kernel, layer.kernel, layer.inputs, layer.outputs))
    if layer.kind == "up":  # a transposed convolution is the gradient of one from y to x
        x, y, kernel = y, x, tf.transpose(kernel, (0, 1, 3, 2))
        kind = {"forward": "input", "input": "forward"}.get(kind, kind)
    same = dict(strides=[1, 1, 1, 1] if layer.kind == "conv" else [1, 2, 2, 1], padding="SAME")
    return {
        "forward": lambda: tf.raw_ops.Conv2D(input=x, filter=kernel, **same),
        "input": lambda: tf.raw_ops.Conv2DBackpropInput(
            input_sizes=x.shape, filter=kernel, out_backprop=y, **same
        ),
        "weight": lambda: tf.raw_ops.Conv2DBackpropFilter(
            input=x, filter_sizes=kernel.shape, out_backprop=y, **same
        ),
    }[kind]


def seconds(function):
    begun = time.perf_counter()
    float(function())
    return time.perf_counter() - begun


def stage_times(config, rounds, warm=4):
    """{resolution: {"step": [seconds], "forward": [...], ...}}: in each round 4 or 8 steps of fit, then the
    plain runs.
    """
    import keras

    import stylegan_tf as sg

    steps = max(4, config.r1_every)  # whole cycles of the lazy penalty
    config = without_fades(
        config, {r: config.batch_size_at(r) * (warm + rounds * steps) for r in config.resolutions}
    )
    times = {r: {name: [] for name in ("step", *KINDS)} for r in config.resolutions}

    class Clock(keras.callbacks.Callback):
        resolution = None

        def on_train_batch_begin(self, batch, logs=None):
            r = self.model.schedule.phase_at(self.model.progress.images + 1).resolution
            if r != self.resolution:
                self.resolution, self.done = r, -warm
                size = config.batch_size_at(r)
                self.plain = {kind: plain_run(convolutions(config, r), kind, size) for kind in KINDS}
                for run in self.plain.values():
                    run()
            self.begun = time.perf_counter()

        def on_train_batch_end(self, batch, logs=None):
            here, spent = times[self.resolution], time.perf_counter() - self.begun
            self.done += 1
            if self.done > 0:
                here["step"].append(spent)
                if self.done % steps == 0:
                    for kind, run in self.plain.items():
                        here[kind].append(seconds(run))

    gan = sg.StyleGAN(config)
    gan.compile()
    gan.fit(sg.data.load_digits(), callbacks=[Clock()], verbose=0)
    return times


def stage_row(config, r, times):
    from stylegan_tf.planning import cost

    batch, every = config.batch_size_at(r), config.r1_every
    cycles = [statistics.mean(times["step"][i : i + every]) for i in range(0, len(times["step"]), every)]
    step = statistics.median(cycles)
    shares = {True: 1 / every, False: 1 - 1 / every}  # of the steps with and without the penalty
    total = batch * sum(share * cost.step_flops(config, r, r1) for r1, share in shares.items())
    work = dict.fromkeys(KINDS, 0.0)
    for r1, share in shares.items():
        for layer, kind, count in cost.step_passes(config, r, r1):
            work[kind] += share * count * layer.multiply_adds
    once = 2 * batch * sum(layer.multiply_adds for layer in convolutions(config, r))
    rates = {kind: once / statistics.median(times[kind]) for kind in KINDS}
    plain = sum(work.values()) / sum(work[kind] / rates[kind] for kind in KINDS)
    numbers = [total / step, *rates.values(), plain]
    return [
        f"{r}x{r}",
        f"{batch / step:.0f}",
        f"{total / 1e9:.1f}",
        *(f"{n / 1e9:.0f}" for n in numbers),
        f"{total / step / plain:.0%}",
    ]


def stage_report(report, configs, rounds):
    report.add("", "## Each stage", "")
    report.add(
        "Steps of `fit`, callbacks included, in turns with plain TensorFlow convolutions "
        "of the same shapes: forward,"
    )
    report.add(
        "gradient by input, gradient by weight, and these three weighted by the FLOPs "
        "that a step has of each."
    )
    heading = "images/s|GFLOP a step|GFLOP/s|plain: forward|by input|by weight|weighted|share of plain"
    for name, config in configs.items():
        how = f"R1 each {config.r1_every} steps" if config.r1_every > 1 else "R1 each step"
        maps = "/".join(str(config.width(r)) for r in config.resolutions)
        report.add(
            "",
            f"`{name}`: maps {maps}, batch {config.batch_size}, {how}, "
            f"shared forward: {config.shared_forward}",
        )
        rows = [stage_row(config, r, times) for r, times in stage_times(config, rounds).items()]
        report.table(["stage", *heading.split("|")], rows)


# 2. Variants at full resolution


def plain_form(self, x):
    """EqualizedConv2D.call with 3x3 kernels at the larger side, and resampling apart."""
    from keras import ops

    from stylegan_tf.networks.layers import downsample, upsample

    x = ops.conv(upsample(x) if self.resample == "up" else x, self.scaled_kernel(), padding="same")
    return self.add_bias(downsample(x) if self.resample == "down" else x)


def keras_adams(config):
    import keras

    adam = [
        keras.optimizers.Adam(config.learning_rate, config.beta_1, config.beta_2, epsilon=config.epsilon)
        for _ in "GD"
    ]
    return dict(zip(("generator_optimizer", "discriminator_optimizer"), adam, strict=True))


def variants(config, quick):
    """{name: (Config, arguments of compile, patch while it is traced)}; the first is the yardstick."""
    none, every_8 = contextlib.nullcontext(), config.replace(r1_every=8)
    slow = {
        "eager (`run_eagerly=True`)": (config, dict(run_eagerly=True), none),
        "XLA (`jit_compile=True`)": (config, dict(jit_compile=True), none),
    }
    return {
        "default: graph, R1 each step": (config, {}, none),
        "R1 every 4th step": (config.replace(r1_every=4), {}, none),
        "R1 every 8th step": (every_8, {}, none),
        "shared forward": (config.replace(shared_forward=True), {}, none),
        "R1 every 8th step, shared forward": (every_8.replace(shared_forward=True), {}, none),
        "Keras's Adam": (config, keras_adams(config), none),
        "3x3 kernels, resampling apart": (
            config,
            {},
            mock.patch("stylegan_tf.networks.layers.EqualizedConv2D.call", plain_form),
        ),
        **({} if quick else slow),
    }


class Runner:
    """A StyleGAN at full resolution whose steps are timed."""

    def __init__(self, config, compile_arguments=None, patch=None):
        import stylegan_tf as sg

        self.config, self.data = config, sg.data.load_digits()
        self.gan = sg.StyleGAN(config)
        self.gan.compile(**(compile_arguments or {}))
        self.phase = next(p for p in self.gan.schedule.phases if p.resolution == config.resolution)
        with patch or contextlib.nullcontext():
            self.first = seconds(self.step)
        seconds(self.step)

    def step(self):
        return self.gan.run_step(self.data, self.phase, 1.0)["d_loss"]

    def cycle(self):
        """Mean seconds of a step over whole cycles of the lazy penalty."""
        steps = max(2, self.config.r1_every)
        return seconds(lambda: [self.step() for _ in range(steps)][-1]) / steps


def variant_report(report, config, rounds, quick):
    runners = {name: Runner(*variant) for name, variant in variants(config, quick).items()}
    times = {name: [] for name in runners}
    for _ in range(rounds):
        for name, runner in runners.items():
            times[name].append(runner.cycle())
    report.add(
        "",
        f"## Variants of `small` at {FULL}x{FULL}",
        "",
        "The first step includes the tracing of the graph.",
    )
    variant_table(report, config, times, {name: f"{runner.first:.1f}" for name, runner in runners.items()})


def variant_table(report, config, times, first):
    speed = {name: config.batch_size / statistics.median(spent) for name, spent in times.items()}
    yardstick = next(iter(speed.values()))
    rows = [[name, f"{s:.1f}", f"{s / yardstick:.2f}", first[name]] for name, s in speed.items()]
    report.table(["", "images/s", "ratio", "first step, s"], rows)


# 3. What is decided when the process starts: oneDNN, threads


def worker(inter_op, intra_op):
    """Child process: train ``small`` at full resolution, one cycle for every line that comes in."""
    import tensorflow as tf

    tf.config.threading.set_inter_op_parallelism_threads(inter_op)
    tf.config.threading.set_intra_op_parallelism_threads(intra_op)
    runner = Runner(networks()["small"])
    print(runner.first, flush=True)
    for _ in sys.stdin:
        print(runner.cycle(), flush=True)


def child(*arguments, **environment):
    command = [sys.executable, __file__, *map(str, arguments)]
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return subprocess.Popen(command, env={**os.environ, **environment}, **pipes)


def process_report(report, config, rounds):
    cores = os.cpu_count()
    settings = {"default: oneDNN, TensorFlow's threads": (0, 0, "1"), "without oneDNN": (0, 0, "0")}
    for inter, intra in sorted({(1, cores), (cores, 1), (1, 1), (2, cores)}):
        settings[f"threads: {inter} between, {intra} inside operations"] = (inter, intra, "1")
    workers, first = {}, {}
    for name, (inter, intra, onednn) in settings.items():  # one after the other: tracing uses a core
        workers[name] = child("--worker", inter, intra, TF_ENABLE_ONEDNN_OPTS=onednn)
        first[name] = f"{float(workers[name].stdout.readline()):.1f}"
    times = {name: [] for name in workers}
    for _ in range(rounds):
        for name, process in workers.items():
            process.stdin.write("\n")
            process.stdin.flush()
            times[name].append(float(process.stdout.readline()))
    for process in workers.values():
        process.communicate()
    report.add(
        "",
        "## Variants that a process starts with",
        "",
        f"`small` at {FULL}x{FULL}, each in a process of its own.",
    )
    variant_table(report, config, times, first)


# 4. Start, tracing, memory


def start(name):
    """Child process: the first step of every stage, as fit takes it; prints when it came, and the peak of
    memory.
    """
    import keras

    import stylegan_tf as sg

    config = networks()[name]
    config = without_fades(config, {r: 8 * config.batch_size_at(r) for r in config.resolutions})
    moments = {}

    class Clock(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.resolution = self.model.schedule.phase_at(self.model.progress.images).resolution
            self.begun = time.time()

        def on_train_batch_end(self, batch, logs=None):
            moments.setdefault(self.resolution, []).append((self.begun, time.time()))

    gan = sg.StyleGAN(config)
    gan.compile()
    gan.fit(sg.data.load_digits(), callbacks=[Clock()], verbose=0)
    print(json.dumps({"moments": moments, "peak": peak_memory()}), flush=True)


def peak_memory():
    """Bytes of this process's resident set at its largest."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the parent's memory too, from before the program was loaded
        return 1024 * next(
            int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def start_report(report, rounds):
    from stylegan_tf.planning import memory

    rows = []
    for name, config in networks().items():
        runs = []
        for _ in range(rounds):
            begun = time.time()
            runs.append(json.loads(child("--start", name).communicate()[0]))
            runs[-1]["first"] = runs[-1]["moments"]["4"][0][1] - begun
        trace = {}
        for r in config.resolutions[1:]:
            steps = [[end - begin for begin, end in run["moments"][str(r)]] for run in runs]
            trace[r] = statistics.median(first - statistics.median(others) for first, *others in steps)
        numbers = [statistics.median(run["first"] for run in runs), *trace.values()]
        peak = statistics.median(run["peak"] for run in runs) / 1e9
        estimate = max(memory.host(config, r, config.batch_size_at(r)) for r in config.resolutions) / 1e9
        rows.append([f"`{name}`", *(f"{n:.1f}" for n in numbers), f"{peak:.2f}", f"{estimate:.2f}"])
    report.add(
        "",
        "## Start, tracing, memory",
        "",
        f"Fresh processes, medians of {rounds}; seconds. Tracing: the first step of",
    )
    report.add(
        "a stage less a later one. Memory: the peak of the resident set after all stages, "
        "and what `memory.host` says."
    )
    heading = [
        "",
        "start to first step",
        *(f"trace {r}x{r}" for r in config.resolutions[1:]),
        "peak, GB",
        "estimate, GB",
    ]
    report.table(heading, rows)


# 5. One image at a time, as a slider needs it


def interactive_report(report, calls=200):
    import numpy as np

    import stylegan_tf as sg

    rows = []
    for name, config in networks().items():
        G, times = sg.Generator(config), []
        for seed in range(calls + 10):
            z = sg.latents.from_seeds([seed], config.z_dim)
            begun = time.perf_counter()
            np.asarray(G(z, psi=0.7, noise="fixed"))
            times.append(1000 * (time.perf_counter() - begun))
        times = sorted(times[10:])  # the first one traces
        rows.append([f"`{name}`", f"{statistics.median(times):.1f}", f"{times[int(0.95 * calls)]:.1f}"])
    report.add(
        "",
        "## One image",
        "",
        f"From z to pixels at {FULL}x{FULL}, batch 1, after warm-up: {calls} calls, milliseconds.",
    )
    report.table(["", "median", "95th percentile"], rows)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--quick", action="store_true", help="2 rounds; neither eager, XLA nor thread settings"
    )
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS)
    parser.add_argument("--out", default="train_speed.md", help="file in results/")
    parser.add_argument("--worker", nargs=2, type=int, help=argparse.SUPPRESS)
    parser.add_argument("--start", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        return worker(*args.worker)
    if args.start:
        return start(args.start)
    rounds, configs = 2 if args.quick else args.rounds, networks()
    report = Report("Speed of training")
    if "stages" in args.parts:
        stage_report(report, configs, rounds)
    if "variants" in args.parts:
        variant_report(report, configs["small"], rounds, args.quick)
    if "processes" in args.parts and not args.quick:
        process_report(report, configs["small"], rounds)
    if "start" in args.parts:
        start_report(report, 1 if args.quick else 3)
    if "interactive" in args.parts:
        interactive_report(report)
    report.save(args.out)


if __name__ == "__main__":
    main()

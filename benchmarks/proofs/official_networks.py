"""What it takes to write, read and run networks of the published size, 1024x1024, on this machine.

    python benchmarks/proofs/official_networks.py                  # about 10 minutes on two cores, 8 GB
    python benchmarks/proofs/official_networks.py --drawing        # images alone, 2 minutes
    python benchmarks/proofs/official_networks.py --resolution 64  # a trial: prints only

The first writes benchmarks/results/official_networks.md, the second official_drawing.md.

Random weights at the real widths go through an official pickle and back. Each part runs in a process of its
own, and its peak memory is counted above that of a process that has only imported the package. Ratios are
what compares machines.
"""

import argparse
import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "speed"))
from train_speed import convolutions, plain_run, seconds  # noqa: E402

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
RESULTS = Path(__file__).resolve().parent.parent / "results"
BATCHES = (1, 2, 4)


def digest(networks) -> str:
    """Of every value of G, D and Gs, by official name."""
    from stylegan_tf import official

    found = hashlib.sha256()
    for network in networks:
        for entry in sorted(official.entries(network), key=lambda e: e.name):
            found.update(entry.name.encode() + entry.to_official(entry.variable).tobytes())
    return found.hexdigest()


def idle(args):
    import stylegan_tf  # noqa: F401

    return {}


def export(args):
    """Build G, D, Gs with random weights and noise, and write them."""
    import numpy as np

    import stylegan_tf as sg

    config = sg.Config(resolution=args.resolution)
    networks = sg.Generator(config), sg.Discriminator(config), sg.Generator(config)
    rng = np.random.default_rng(0)
    for network in networks:
        for entry in sg.official.entries(network):
            drawn = rng.standard_normal(entry.variable.shape, "float32")
            entry.variable.assign(entry.variable + 0.01 * drawn)
    started = time.perf_counter()
    sg.official.export(*networks, args.file)
    return {"seconds": time.perf_counter() - started, "digest": digest(networks)}


def read(args):
    """The file into memory and nothing else: what loading is compared with."""
    started = time.perf_counter()
    Path(args.file).read_bytes()
    return {"seconds": time.perf_counter() - started}


def load(args):
    import stylegan_tf as sg

    started = time.perf_counter()
    networks = sg.official.load(args.file)
    seconds, peak = time.perf_counter() - started, peak_megabytes()
    return {"seconds": seconds, "peak": peak, "digest": digest(networks)}


def run(args):
    """The command ``import``."""
    from stylegan_tf.cli.main import main

    started = time.perf_counter()
    out = Path(args.file).with_suffix(".npz")
    main(["import", args.file, str(out)])
    size = out.stat().st_size / 1e6
    out.unlink()
    return {"seconds": time.perf_counter() - started, "size": size}


def draw(args):
    """Images as the published generator draws them, psi 0.7 in eight layers.

    The first call, which traces, is not counted. In turns with them, TensorFlow's convolutions alone, of the
    same shapes: what the machine can do.
    """
    import stylegan_tf as sg
    from stylegan_tf.planning import cost

    config = sg.Config(resolution=args.resolution)
    G = sg.Generator(config)
    z = sg.latents.from_seeds(range(args.batch), config.z_dim)
    layers = [x for x in convolutions(config, args.resolution) if x.network == "synthesis"]
    G(z, psi=0.7, cutoff=8, noise="fixed")
    peak, plain, times = (
        peak_megabytes(),
        plain_run(layers, "forward", args.batch),
        {"image": [], "plain": []},
    )
    seconds(plain)
    for _ in range(4):
        times["image"].append(
            seconds(lambda: G(z, psi=0.7, cutoff=8, noise="fixed")[0, 0, 0, 0]) / args.batch
        )
        times["plain"].append(seconds(plain) / args.batch)
    best = {name: min(found) for name, found in times.items()}
    flops = 2 * cost.multiply_adds(config, args.resolution)["generator"]
    plain_flops = 2 * sum(layer.multiply_adds for layer in layers)
    rates = {"rate": flops / best["image"] / 1e9, "plain": plain_flops / best["plain"] / 1e9}
    return {"seconds": best["image"], "peak": peak, "gflop": flops / 1e9, **rates}


PARTS = {function.__name__: function for function in (idle, export, read, load, run, draw)}


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def measure(part, args, **options):
    """Run a part in its own process; {"seconds", "peak" (MB), ...}."""
    command = [
        sys.executable,
        __file__,
        "--part",
        part,
        "--file",
        str(args.file),
        "--resolution",
        str(args.resolution),
    ]
    command += [f"--{name}={value}" for name, value in options.items()]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resolution", type=int, default=1024)
    parser.add_argument("--drawing", action="store_true", help="only the images")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    parser.add_argument("--batch", type=int, default=1, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.part:
        found = PARTS[args.part](args)
        print(json.dumps({"peak": peak_megabytes(), **found}))
        return
    lines = [f"# Networks of the published size, {args.resolution}x{args.resolution}", ""]
    lines += [
        f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start.",
        "",
    ]
    if args.drawing:
        args.file = ""
        lines += drawing(args, measure("idle", args)["peak"])
        return finish(lines, args, "official_drawing.md")
    with tempfile.TemporaryDirectory() as folder:
        args.file = f"{folder}/networks.pkl"
        base = measure("idle", args)["peak"]
        written = measure("export", args)
        size = Path(args.file).stat().st_size / 1e6
        reading, loaded, imported = measure("read", args), measure("load", args), measure("run", args)
        assert loaded["digest"] == written["digest"], "what was loaded is not what was exported"
        lines += [
            f"Imported package alone: {base:,.0f} MB. Pickle: {size:,.0f} MB. Every value came back exactly.",
            "",
        ]
        lines += [
            "| part | seconds | peak memory above the package, MB | times the file |",
            "| --- | --- | --- | --- |",
        ]
        for name, found in (
            ("export", written),
            ("load", loaded),
            ("stylegan-tf import X.pkl OUT.npz", imported),
        ):
            above = found["peak"] - base
            lines.append(f"| {name} | {found['seconds']:.1f} | {above:,.0f} | {above / size:.2f} |")
        lines += [
            "",
            f"Reading the file into memory takes {reading['seconds']:.2f} s; "
            f"the .npz has {imported['size']:,.0f} MB.",
            "",
        ]
        lines += drawing(args, base)
    finish(lines, args, "official_networks.md")


def drawing(args, base):
    """The lines of the table of images."""
    found = {batch: measure("draw", args, batch=batch) for batch in BATCHES}
    lines = [
        f"An image takes {found[1]['gflop']:.1f} GFLOP. "
        "Plain: TensorFlow's convolutions of the same shapes alone, in turns.",
        "",
    ]
    lines += [
        "| images at once | time per image, first row = 1 | seconds | GFLOP/s | plain "
        "| peak above the package, MB |"
    ]
    lines += ["| --- | --- | --- | --- | --- | --- |"]
    for batch, row in found.items():
        ratio, rates = row["seconds"] / found[1]["seconds"], f"{row['rate']:.0f} | {row['plain']:.0f}"
        lines.append(
            f"| {batch} | {ratio:.2f} | {row['seconds']:.2f} | {rates} | {row['peak'] - base:,.0f} |"
        )
    return lines


def finish(lines, args, name):
    lines += ["", f"Load {os.getloadavg()[0]:.1f} at the end."]
    print("\n".join(lines))
    if args.resolution == 1024:
        (RESULTS / name).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

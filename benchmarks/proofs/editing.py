"""Directions, entanglement and projection of the shipped digits: the tables and pictures of docs/editing.md.

    python benchmarks/proofs/editing.py directions    # what each method's direction moves, and what leaks
    python benchmarks/proofs/editing.py laboratory    # recovery, layer-factor atlas, budget, combinations
    python benchmarks/proofs/editing.py projection    # 16 held-out digits in z, w, w+; starts; editability

Each prints Markdown tables; projection also draws projection.png into --out (default docs).
"""

import argparse
import os
import time
from pathlib import Path

import stylegan_tf as sg  # isort: skip
import numpy as np

from stylegan_tf import latents
from stylegan_tf.data import to_uint8
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.editing.attributes import Attributes, digits_reader
from stylegan_tf.editing.encoder import train_encoder
from stylegan_tf.editing.projection import nearest, project
from stylegan_tf.figures.layout import pictures, resize_pixels
from stylegan_tf.figures.pages import table
from stylegan_tf.metrics.entanglement import layer_factor_atlas, leakage, variance_budget
from stylegan_tf.metrics.judges.features import DigitsJudge
from stylegan_tf.metrics.moments import digit_moments
from stylegan_tf.metrics.recovery import combination_share, factor_recovery
from stylegan_tf.networks.sampling import styles_of

MOMENTS = ("slant", "thickness", "height", "width")
LAYERS = {"slant": [1, 2], "thickness": [6, 7]}  # where the atlas finds them
# Digits that the classifier was not trained on; the generator has seen all 10,000
HELD_OUT = slice(8000, 8016)


def markdown(head, rows):
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(f"{c:.3g}" if isinstance(c, float) else str(c) for c in row) + " |")
    print(flush=True)


def directions(generator, out):
    judge, read = DigitsJudge(), digits_reader()
    found = Attributes(generator, read, count=8000)
    real = digit_moments(sg.data.load_digits().images)
    print("## moments: mean (standard deviation)\n")
    names = ("slant", "thickness", "height", "width", "ink")
    rows = [[n, *(f"{v[n].mean():.3g} ({v[n].std():.3g})" for v in (real, found.values))] for n in names]
    markdown(["", "10,000 real digits", "8,000 generated digits"], rows)
    moments = np.stack([found.values[n] for n in MOMENTS], axis=1)
    print("## correlations of the generated\n")
    rows = [[n, *map(float, row)] for n, row in zip(MOMENTS, np.corrcoef(moments.T), strict=True)]
    markdown(["", *MOMENTS], rows)
    ws = styles_of(generator, range(100_000, 100_500))
    before = judge(np.asarray(generator.synthesis(ws, noise="fixed")))[1].argmax(axis=1)
    for name in ("slant", "thickness"):
        others = [n for n in MOMENTS if n != name]
        balanced = {n: found.direction(n, "balanced", [m for m in MOMENTS if m != n]) for n in MOMENTS}
        ways = {
            "means": found.direction(name, "means"),
            "balanced": balanced[name],
            "regression": found.direction(name),
            "regression, others held": found.direction(name, hold=others),
            "regression, digit held": found.direction(name, hold=[f"digit {k}" for k in range(9)]),
            "svm": found.direction(name, "svm"),
            "logistic": found.direction(name, "logistic"),
            "means, conditional": latents.conditional(
                found.direction(name, "means"), [balanced[n] for n in others], found.w
            ),
        }
        own_layers = LAYERS[name]
        ways[f"regression, layers {own_layers[0]} and {own_layers[-1]} only"] = ways["regression"]
        rows = []
        for way, direction in ways.items():
            layers = own_layers if "only" in way else None
            result = leakage(generator, ws, {name: direction}, read, layers=layers)
            at = [result.factors.index(n) for n in MOMENTS]
            spread = [found.values[n].std() for n in MOMENTS]
            moved = np.asarray(generator.synthesis(latents.move(ws, direction, 1.0, layers), noise="fixed"))
            kept = (judge(moved)[1].argmax(axis=1) == before).mean()
            own = MOMENTS.index(name)
            leaks = [
                result.change[0, j] / s / (result.change[0, at[own]] / spread[own])
                for j, s in zip(at, spread, strict=True)
            ]
            change = f"{result.change[0, at[own]]:.3g} ± {result.standard_error[0, at[own]]:.2g}"
            rows.append(
                [way, direction.deviation, change, *(f"{v:+.2f}" for v in leaks), f"{100 * kept:.0f} %"]
            )
        unit = {"slant": "degrees", "thickness": "pixels"}[name]
        print(f"\n## {name}: leakage in deviations per deviation of {name}\n")
        markdown(["method", "deviation", f"{unit} a deviation", *MOMENTS, "same digit at +1"], rows)


def laboratory(generator, out):
    read = digits_reader()
    found = Attributes(generator, read, count=8000)
    factors = {n: found.values[n] for n in MOMENTS}
    unit_z = found.z / np.linalg.norm(found.z, axis=1, keepdims=True)
    spaces = {"z": factor_recovery(unit_z, factors), "w": factor_recovery(found.w, factors)}
    print("## recovery: R^2 on 2,000 of 8,000\n")
    kinds = [(space, kind) for space in spaces for kind in ("linear", "neighbours")]
    markdown(
        ["factor", *(f"{s}, {k}" for s, k in kinds)],
        [[n, *(spaces[s][n][k] for s, k in kinds)] for n in MOMENTS],
    )
    a, b = styles_of(generator, range(1000)), styles_of(generator, range(1000, 2000))
    atlas = layer_factor_atlas(generator, a, b, read)
    at = [atlas.factors.index(n) for n in MOMENTS]
    digits = [atlas.factors.index(f"digit {k}") for k in range(10)]
    print("## atlas: part of the difference that comes with a layer (root mean square change), 1,000 pairs\n")
    rows = [
        [
            f"{band}, {4 * 2 ** (i // 2)}x{4 * 2 ** (i // 2)}",
            *(f"{atlas.carried[i, j]:.2f} ({atlas.change[i, j]:.2g})" for j in at),
        ]
        + [f"{atlas.carried[i, digits].mean():.2f}"]
        for i, band in enumerate(atlas.bands)
    ]
    markdown(["swapped", *MOMENTS, "digit (mean of 10)"], rows)
    print("## variance budget, 64 latents x 8 sets of noise\n")
    budget = variance_budget(generator, latents=64, noises=8)
    markdown(list(budget), [[f"{100 * v:.2f} %" for v in budget.values()]])
    print("## combinations: generated and real\n")
    real = digit_moments(sg.data.load_digits().images)
    high = {n: (float(np.percentile(real[n], 80)), np.inf) for n in MOMENTS}
    rows = []
    for pair in (("slant", "thickness"), ("thickness", "width"), ("height", "width")):
        shares = [combination_share(v, {n: high[n] for n in pair}) for v in (factors, real)]
        rows.append(
            [
                " and ".join(pair) + " in the upper fifth",
                *(f"{100 * s['share']:.1f} ± {100 * s['standard_error']:.1f} %" for s in shares),
            ]
        )
    markdown(["", "generated", "real"], rows)


def starts_and_spaces(generator, real):
    """Images found in every space from every start.

    Returns:
        ws by name, seconds by name, and the starts in w (nearest, encoder's).
    """
    started = time.perf_counter()
    encoder = train_encoder(generator, progress=False)
    print(f"encoder: 60 kimg in {time.perf_counter() - started:.0f} s")
    guess = encoder.predict(real, verbose=0)
    z_near, w_near = nearest(generator, real)
    styles, speed = {"encoder's guess": np.asarray(generator.broadcast(guess))}, {}
    starts = {"mean": (None, None), "nearest": (z_near, w_near), "encoder": (None, guess)}
    for space in ("z", "w", "w+"):
        for name, (z, w) in starts.items():
            if (space, name) == ("z", "encoder"):
                continue  # an encoder guesses w
            started = time.perf_counter()
            found = project(generator, real, space, start=z if space == "z" else w, progress=False)
            styles[f"{space} from the {name}"] = found.ws
            speed[f"{space} from the {name}"] = time.perf_counter() - started
    return styles, speed, (w_near, guess)


def projection(generator, out):
    judge, read = DigitsJudge(), digits_reader()
    digits = sg.data.load_digits()
    real, true = to_unit_range(digits.images[HELD_OUT]), digits.labels[HELD_OUT]
    drawn_w = latents.sample(generator, 10_000, seed=1)[1]
    found = Attributes(generator, read, count=4000)
    ways = {name: found.direction(name) for name in ("slant", "thickness")}
    rows = []
    styles, speed, (w_near, guess) = starts_and_spaces(generator, real)
    styles = {"random w": styles_of(generator, range(100_000, 100_016))} | styles
    for name, ws in styles.items():
        images = np.clip(np.asarray(generator.synthesis(ws, noise="fixed")), -1, 1)
        error = ((images - real) ** 2).mean(axis=(1, 2, 3)) if name != "random w" else np.full(16, np.nan)
        right = "" if name == "random w" else f"{(judge(images)[1].argmax(axis=1) == true).sum()} of 16"
        away = latents.mahalanobis(ws, drawn_w)
        responses = [leakage(generator, ws, {n: d}, read) for n, d in ways.items()]
        change = [
            f"{r.change[0, r.factors.index(n)]:.2g} ± {r.standard_error[0, r.factors.index(n)]:.1g}"
            for n, r in zip(ways, responses, strict=True)
        ]
        still = np.asarray(generator.synthesis(latents.move(ws, ways["thickness"], 1.0), noise="fixed"))
        kept = (judge(still)[1].argmax(axis=1) == judge(images)[1].argmax(axis=1)).sum()
        rows.append(
            [
                name,
                *(float(f(error)) for f in (np.mean, np.median, np.max)),
                right,
                float(away.mean()),
                *change,
                f"{kept} of 16",
                f"{speed.get(name, 0):.0f}",
            ]
        )
    head = [
        "",
        "mean error",
        "median",
        "largest",
        "read as its digit",
        "distance from W",
        "slant, degrees a deviation",
        "thickness, pixels a deviation",
    ]
    markdown([*head, "same digit, +1 thickness", "seconds"], rows)
    print("## starts: mean error after some steps in w\n")
    rows = []
    for steps in (10, 25, 50, 100, 200):
        row = [
            project(generator, real, "w", steps=steps, start=start, progress=False).error.mean()
            for start in (None, w_near, guess)
        ]
        rows.append([steps, *map(float, row)])
    markdown(["steps", "mean", "nearest", "encoder"], rows)
    columns = {"real": [resize_pixels(to_uint8(image)) for image in real]}
    columns |= {name: pictures(generator, styles[key]) for name, key in COLUMNS.items()}
    for label, key in {"w": "w from the encoder", "w+": "w+ from the encoder"}.items():
        columns[f"{label}, slant\n+1.5"] = pictures(generator, latents.move(styles[key], ways["slant"], 1.5))
        columns[f"{label}, thick\n+1.5"] = pictures(
            generator, latents.move(styles[key], ways["thickness"], 1.5)
        )
    cells = list(zip(*columns.values(), strict=True))
    save(
        table(
            cells,
            [f"a {label}" for label in true],
            list(columns),
            "Sixteen real digits, found in the generator, and edited",
        ),
        out / "projection.png",
    )


COLUMNS = {
    "z,\nnearest": "z from the nearest",
    "w,\nmean": "w from the mean",
    "encoder's\nguess": "encoder's guess",
    "w,\nencoder": "w from the encoder",
    "w+,\nencoder": "w+ from the encoder",
}


def save(figure, path):
    figure.savefig(path)
    print(f"wrote {path} ({path.stat().st_size / 1000:.0f} kB)", flush=True)


def main():
    parts = {"directions": directions, "laboratory": laboratory, "projection": projection}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=parts)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    args = parser.parse_args()
    print(f"load at the start: {', '.join(f'{v:.1f}' for v in os.getloadavg())}\n")
    started = time.perf_counter()
    parts[args.part](sg.pretrained("mnist32").ema_generator, args.out)
    print(f"{time.perf_counter() - started:.0f} s, load {', '.join(f'{v:.1f}' for v in os.getloadavg())}")


if __name__ == "__main__":
    main()

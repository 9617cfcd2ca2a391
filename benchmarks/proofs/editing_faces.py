"""Editing and projection of toy-face generators: the tables of docs/editing_faces.md.

    python benchmarks/proofs/editing_faces.py moustache MODEL     # what the moustache's direction drags along
    python benchmarks/proofs/editing_faces.py pairs MODEL         # faces with and without one, both projected
    python benchmarks/proofs/editing_faces.py laboratory MODEL    # recovery, atlas, budget, combinations
    python benchmarks/proofs/editing_faces.py projection MODEL    # 16 fresh faces in z, w, w+, and edited

MODEL is the name of a shipped one, a file or a run. pairs and projection also draw pictures into --out
(default docs).
"""

import argparse
import os
import time
from pathlib import Path

import stylegan_tf as sg  # isort: skip
import numpy as np
from editing import COLUMNS, markdown, save, starts_and_spaces

from stylegan_tf import latents
from stylegan_tf.cli.arguments import model
from stylegan_tf.cli.common import dataset_of
from stylegan_tf.data import draw_faces, sample_factors, to_uint8
from stylegan_tf.data.names import is_toyfaces, look
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.data.toyfaces.factors import factors_of
from stylegan_tf.editing.attributes import Attributes
from stylegan_tf.editing.projection import project
from stylegan_tf.figures.layout import pictures, resize_pixels
from stylegan_tf.figures.pages import table
from stylegan_tf.metrics.entanglement import layer_factor_atlas, leakage, read_styles, variance_budget
from stylegan_tf.metrics.judges.faces import FaceReader, accuracy
from stylegan_tf.metrics.recovery import combination_share, factor_recovery
from stylegan_tf.networks.sampling import styles_of

FRESH = 1000  # seed of faces that no network has seen
HOLE = {"moustache": (0.5, 1.0), "hair_length": (0.5, 1.0)}


class Faces:
    """The faces that a model has learned to draw: their look, and the classifier that reads them.

    Attributes:
        names: of the twelve factors.
        numbers: of those with a single reading.
    """

    def __init__(self, dataset: str):
        self.palette, self.detail = look(dataset)
        self.reader = FaceReader(self.palette)
        factors = factors_of(self.palette)
        self.names = [factor.name for factor in factors]
        self.numbers = [factor.name for factor in factors if factor.kind != "categorical"]

    def sample(self, count):
        """Factors (count, 12) of fresh faces."""
        return sample_factors(count, FRESH, palette=self.palette)

    def draw(self, factors, side):
        """Their images in [-1, 1]."""
        return to_unit_range(draw_faces(factors, side, FRESH, palette=self.palette, detail=self.detail))


def moustache(generator, faces, out):
    read = faces.reader.read
    others = [name for name in faces.numbers if name != "moustache"]
    found = Attributes(generator, read, count=8000)
    means = {name: found.values[name] for name in faces.numbers}
    correlation = np.corrcoef(means["moustache"], means["glasses"])[0, 1]
    print(f"correlation of moustache and glasses: {correlation:+.2f} in 8,000 faces\n")
    ways = {
        "means": found.direction("moustache", "means"),
        "balanced, glasses held": found.direction("moustache", "balanced", ["glasses"]),
        "regression": found.direction("moustache"),
        "regression, glasses held": found.direction("moustache", hold=["glasses"]),
        "regression, all numbers held": found.direction("moustache", hold=others),
        "svm": found.direction("moustache", "svm"),
        "logistic": found.direction("moustache", "logistic"),
        "means, conditional on glasses": latents.conditional(
            found.direction("moustache", "means"),
            [found.direction("glasses", "balanced", ["moustache"])],
            found.w,
        ),
    }
    ws = styles_of(generator, range(100_000, 100_500))
    shown = ("glasses", "hair_length", "smile", "skin", "yaw")
    rows = []
    for way, direction in ways.items():
        result = leakage(generator, ws, {"moustache": direction}, read)
        at = [result.factors.index(name) for name in ("moustache", *shown)]
        change, error = result.change[0, at], result.standard_error[0, at]
        rows.append(
            [way, direction.deviation, *(f"{c:+.3f} ± {e:.3f}" for c, e in zip(change, error, strict=True))]
        )
        rows[-1].append(f"{change[1] / change[0]:+.2f}")
    markdown(["method", "deviation", "moustache", *shown, "glasses per moustache"], rows)


def twins(faces, side):
    """Sixteen faces without moustache and the same ones with it: images in [-1, 1]."""
    factors = faces.sample(16)
    column = faces.names.index("moustache")
    without, grown = factors.copy(), factors.copy()
    without[:, column], grown[:, column] = 0, 1
    return faces.draw(without, side), faces.draw(grown, side)


def pairs(generator, faces, out):
    read = faces.reader.read
    others = [name for name in faces.numbers if name != "moustache"]
    found = Attributes(generator, read, count=8000)
    ways = {
        "means": found.direction("moustache", "means"),
        "balanced, glasses held": found.direction("moustache", "balanced", ["glasses"]),
        "regression, all numbers held": found.direction("moustache", hold=others),
    }
    without, grown = twins(faces, generator.config.resolution)
    ws = [project(generator, images, "w", progress=False) for images in (without, grown)]
    readings = [read_styles(generator, p.ws, read)["moustache"] for p in ws]
    print("mean error of the projections", *(f"{p.error.mean():.4f}" for p in ws))
    print(
        "moustache read in the drawn faces", *(f"{read(x)['moustache'].mean():.2f}" for x in (without, grown))
    )
    print("moustache read in the projections", *(f"{r.mean():.2f}" for r in readings), "\n")
    steps = ws[1].latents - ws[0].latents
    length = np.linalg.norm(steps, axis=1)
    mean = steps.mean(axis=0)
    unit = steps / length[:, None]
    between = (unit @ unit.T)[np.triu_indices(len(unit), 1)]
    chance = 1 / np.sqrt(steps.shape[1])
    print(
        f"length of a pair's difference {length.mean():.2f}, of their mean {np.linalg.norm(mean):.2f}; "
        f"cosine of two pairs' differences {between.mean():+.2f} (64 dimensions: {chance:.2f} by chance)\n"
    )
    own = latents.Direction(mean, np.std(found.w @ (mean / np.linalg.norm(mean))))
    strangers = styles_of(generator, range(100_000, 100_500))
    rows = []
    for way, direction in (ways | {"mean of the 16 differences": own}).items():
        result = leakage(generator, strangers, {"moustache": direction}, read)
        at = [result.factors.index(name) for name in ("moustache", "glasses", "hair_length", "smile")]
        cosine = float(mean @ np.asarray(direction) / np.linalg.norm(mean))
        rows.append(
            [way, cosine, float((unit @ np.asarray(direction)).mean()), *map(float, result.change[0, at])]
        )
    markdown(
        [
            "direction",
            "cosine with the mean difference",
            "with one pair's, mean",
            "moustache",
            "glasses",
            "long hair",
            "smile",
        ],
        rows,
    )
    moved = latents.move(ws[0].ws, ways["balanced, glasses held"], 1.5)
    columns = {
        "drawn,\nwithout": [resize_pixels(to_uint8(x)) for x in without],
        "found in w": pictures(generator, ws[0].ws),
        "drawn,\nwith": [resize_pixels(to_uint8(x)) for x in grown],
        "found in w ": pictures(generator, ws[1].ws),
        "the first,\nalong direction": pictures(generator, moved),
        "the first, by\nmean step": pictures(generator, ws[0].ws + mean[None, None]),
    }  # fmt: skip
    cells = list(zip(*columns.values(), strict=True))[:8]
    save(
        table(cells, [""] * 8, list(columns), "The same face without and with moustache"),
        out / "counterfactual_pairs.png",
    )


def laboratory(generator, faces, out):
    read = faces.reader.read
    found = Attributes(generator, read, count=8000)
    factors = {n: found.values[n] for n in faces.numbers}
    unit_z = found.z / np.linalg.norm(found.z, axis=1, keepdims=True)
    spaces = {"z": factor_recovery(unit_z, factors), "w": factor_recovery(found.w, factors)}
    print("## recovery: R^2 on 2,000 of 8,000\n")
    kinds = [(space, kind) for space in spaces for kind in ("linear", "neighbours")]
    markdown(
        ["factor", *(f"{s}, {k}" for s, k in kinds)],
        [[n, *(spaces[s][n][k] for s, k in kinds)] for n in faces.numbers],
    )
    atlas = layer_factor_atlas(
        generator, styles_of(generator, range(1000)), styles_of(generator, range(1000, 2000)), read
    )
    shown = [name for name in faces.names if name != "fringe"]
    columns = {n: [i for i, f in enumerate(atlas.factors) if f == n or f.startswith(f"{n} ")] for n in shown}
    print("## atlas: part of the difference that comes with a layer, 1,000 pairs\n")
    rows = [
        [
            f"{band}, {4 * 2 ** (i // 2)}x{4 * 2 ** (i // 2)}",
            *(f"{atlas.carried[i, at].mean():.2f}" for at in columns.values()),
        ]
        for i, band in enumerate(atlas.bands)
    ]
    markdown(["swapped", *(n.replace("_", " ") for n in columns)], rows)
    print("## variance budget, 64 latents x 8 sets of noise\n")
    budget = variance_budget(generator, latents=64, noises=8)
    markdown(list(budget), [[f"{100 * v:.2f} %" for v in budget.values()]])
    share = combination_share(found.values, HOLE)
    print(
        "moustache and long hair: {share:.4f} ± {standard_error:.4f}; "
        "if independent {independent:.4f}\n".format(**share)
    )


def projection(generator, faces, out):
    reader = faces.reader
    factors = faces.sample(16)
    real = faces.draw(factors, generator.config.resolution)
    found = Attributes(generator, reader.read, count=4000)
    ways = {
        n: found.direction(n, "balanced", [m])
        for n, m in (("moustache", "glasses"), ("glasses", "moustache"))
    }
    drawn_w, rows = latents.sample(generator, 10_000, seed=1)[1], []
    styles, speed, _ = starts_and_spaces(generator, real)
    for name, ws in ({"random w": styles_of(generator, range(100_000, 100_016))} | styles).items():
        images = np.clip(np.asarray(generator.synthesis(ws, noise="fixed")), -1, 1)
        error = ((images - real) ** 2).mean(axis=(1, 2, 3))
        read = accuracy(reader.read(images), factors, faces.palette)
        seen = [read[n] for n in ("glasses", "moustache", "hair_length", "shirt", "yaw", "skin")]
        result = {n: leakage(generator, ws, {n: d}, reader.read) for n, d in ways.items()}
        change = [
            f"{r.change[0, r.factors.index(n)]:+.2f} ± {r.standard_error[0, r.factors.index(n)]:.2f}"
            for n, r in result.items()
        ]
        away = float(latents.mahalanobis(ws, drawn_w).mean())
        if name == "random w":
            rows.append([name, *[""] * 9, away, *change, ""])
        else:
            rows.append(
                [
                    name,
                    *(float(f(error)) for f in (np.mean, np.median, np.max)),
                    *seen,
                    away,
                    *change,
                    f"{speed.get(name, 0):.0f}",
                ]
            )
    head = [
        "",
        "mean error",
        "median",
        "largest",
        "glasses",
        "moustache",
        "long hair",
        "shirt, R²" if faces.palette == "continuous" else "shirt",
        "yaw, R²",
        "skin, R²",
        "distance",
    ]
    markdown([*head, "moustache a deviation", "glasses a deviation", "seconds"], rows)
    columns = {"fresh": [resize_pixels(to_uint8(image)) for image in real]}
    columns |= {name: pictures(generator, styles[key]) for name, key in COLUMNS.items()}
    for label, key in {"w": "w from the encoder", "w+": "w+ from the encoder"}.items():
        for attribute, direction in ways.items():
            columns[f"{label}, +1.5\n{attribute}"] = pictures(
                generator, latents.move(styles[key], direction, 1.5)
            )
    cells = list(zip(*columns.values(), strict=True))
    save(
        table(cells, [""] * 16, list(columns), "Sixteen fresh faces, found in the generator, and edited"),
        out / "projection_faces.png",
    )


def main():
    parts = {"moustache": moustache, "pairs": pairs, "laboratory": laboratory, "projection": projection}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=parts)
    parser.add_argument("model", type=model)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    args = parser.parse_args()
    dataset = dataset_of(args.model, required=True)
    if not is_toyfaces(dataset):
        parser.error(f"{args.model} draws {dataset}; these tables are for toy faces")
    load = ", ".join(f"{v:.1f}" for v in os.getloadavg())
    print(f"{args.part} of {Path(args.model).name}; load at the start: {load}\n")
    started = time.perf_counter()
    gan = sg.load(args.model)
    parts[args.part](gan.ema_generator, Faces(dataset), args.out)
    print(f"{time.perf_counter() - started:.0f} s, load {', '.join(f'{v:.1f}' for v in os.getloadavg())}")


if __name__ == "__main__":
    main()

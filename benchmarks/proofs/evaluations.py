"""The tables of docs/metrics.md about the shipped toy faces, from files of ``stylegan-tf evaluate``.

    stylegan-tf evaluate toyfaces32 --floors --out measured/toyfaces32.json       # one for each model
    python benchmarks/proofs/evaluations.py measured/*.json

The first table holds quality, the second path length and separability next to those of the official
network, the third the redraw score, the fourth the bits that each attribute leaves unknown. A ratio's error
takes its two numbers as measured independently.
"""

import argparse
import json
import math
from pathlib import Path

from editing import markdown

from stylegan_tf.ablation.comparison import with_error

QUALITY = ("FID", "KID", "precision", "recall", "density", "coverage")
PATHS = ("PPL z full", "PPL z end", "PPL w full", "PPL w end", "separability z", "separability w")
REDRAWN = ("redraw, share beyond", "redraw, median distance")
OFFICIAL = (
    664.9,
    666.1,
    233.3,
    197.2,
    165.0,
    3.74,
)  # the README of NVIDIA's code, its network of FFHQ at 1024x1024
OFFICIAL_ATTRIBUTES = 40
RATIOS = {"w full / z full": (2, 0), "z end / z full": (1, 0), "w end / w full": (3, 2)}


def ratio(above, below) -> str:
    (a, ea), (b, eb) = above, below
    return with_error(a / b, a / b * math.hypot(ea / a, eb / b))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    results = {path.stem: json.loads(path.read_text()) for path in parser.parse_args().files}
    rows = {name: {row["metric"]: row for row in result["rows"]} for name, result in results.items()}
    measured = {
        name: [(found[m]["value"], found[m]["standard_error"]) for m in PATHS] for name, found in rows.items()
    }
    names = list(results)

    markdown(
        ["metric", *(part for name in names for part in (f"`{name}`", "floor"))],
        [
            [m, *(f"{found[m][key]:.3g}" for found in rows.values() for key in ("value", "floor"))]
            for m in QUALITY
        ],
    )
    lines = [
        [m, *(with_error(*measured[name][i]) for name in names), str(official)]
        for i, (m, official) in enumerate(zip(PATHS, OFFICIAL, strict=True))
    ]
    lines += [
        [
            name,
            *(ratio(values[a], values[b]) for values in measured.values()),
            f"{OFFICIAL[a] / OFFICIAL[b]:.2f}",
        ]
        for name, (a, b) in RATIOS.items()
    ]
    attributes = results[names[0]]["attributes"]
    counts = [*(len(result["attributes"]) for result in results.values()), OFFICIAL_ATTRIBUTES]
    for i in (4, 5):
        scores = [*(values[i][0] for values in measured.values()), OFFICIAL[i]]
        bits = [f"{math.log2(score) / count:.2f}" for score, count in zip(scores, counts, strict=True)]
        lines.append([f"bits per attribute, {PATHS[i][-1]}", *bits])
    markdown(["", *(f"`{name}`" for name in names), "official, FFHQ"], lines)
    redrawn = [[m, *(f"{found[m]['value']:.3g}" for found in rows.values())] for m in REDRAWN]
    for factor in results[names[0]]["redraw"]["by_factor"]:
        shares = [f"{result['redraw']['by_factor'][factor]:.2f}" for result in results.values()]
        redrawn.append([f"beyond where {factor.replace('_', ' ')} shows", *shares])
    markdown(["redraw score", *(f"`{name}`" for name in names)], redrawn)
    markdown(
        ["bits left unknown, z and w (share)", *(f"`{name}`" for name in names)],
        [
            [a, *("{:.2f}, {:.2f} ({:.0%})".format(*result["attributes"][a]) for result in results.values())]
            for a in attributes
        ],
    )


if __name__ == "__main__":
    main()

"""The rows of an ablation, one for each run: how they are measured and kept."""

from __future__ import annotations

import csv
import json

from stylegan_tf.ablation.variants import Variant
from stylegan_tf.config import Config
from stylegan_tf.files import expanded, write_atomically, write_csv
from stylegan_tf.metrics.evaluation import Judge, evaluate
from stylegan_tf.metrics.mixed import MixedLatents
from stylegan_tf.planning.cost import parameters

METRICS = ("fid", "ppl", "ls")


class Table:
    """The rows of an ablation in a folder.

    ablation.csv has the rows. ablation.json says what all of them have in common.

    A row has ``variant`` and ``seed``, ``kimg`` and ``minutes`` of training, and ``parameters`` of the
    generator. Then come numbers as ``judge_run`` names them; or ``failed``, the sentence with which training
    broke down.
    """

    def __init__(self, folder):
        self.folder = expanded(folder)

    def about(self) -> dict:
        """What ``begin`` wrote.

        Raises:
            FileNotFoundError: if there is no ablation in the folder.
        """
        file = self.folder / "ablation.json"
        if not file.exists():
            raise FileNotFoundError(
                f"{self.folder} holds no ablation (it has no ablation.json); "
                "stylegan-tf ablation --out makes one"
            )
        return json.loads(file.read_text())

    def begin(self, asked: dict, **about) -> None:
        """Write ablation.json before the first run.

        Later commands may add rows, and must ask for the same.

        Args:
            asked: what all rows must have in common.
            about: what else to keep, such as ``commands``.

        Raises:
            ValueError: if the rows that are there were asked for with other settings.
        """
        file = self.folder / "ablation.json"
        if file.exists():
            before = self.about()["asked"]
            changed = [name for name in asked if before.get(name) != asked[name]]
            if changed:
                names = ", ".join(f"{name} {before.get(name)}" for name in changed)
                raise ValueError(
                    f"{self.folder} was begun with other settings ({names}); "
                    "repeat them, or choose another --out"
                )
        write_atomically(file, json.dumps({"asked": asked, **about}, indent=1).encode())

    def commands(self) -> list[str]:
        """The commands that made it so far."""
        return self.about()["commands"] if (self.folder / "ablation.json").exists() else []

    def rows(self) -> list[dict]:
        """All rows, in the order in which their runs ended; what is missing is absent."""
        file = self.folder / "ablation.csv"
        if not file.exists():
            return []
        rows = []
        with file.open(newline="") as opened:
            for texts in csv.DictReader(opened):
                rows.append({name: _value(name, text) for name, text in texts.items() if text})
        return rows

    def put(self, row: dict) -> None:
        """Add a row, or put it in the place of the one that the run has already."""
        rows = self.rows()
        runs = [(old["variant"], old["seed"]) for old in rows]
        run = (row["variant"], row["seed"])
        if run in runs:
            rows[runs.index(run)] = row
        else:
            rows.append(row)
        write_csv(self.folder / "ablation.csv", rows)


def _value(name, text):
    """The value of a cell: text, a whole number or a number, by the name of its column."""
    if name in ("variant", "failed"):
        return text
    if name in ("seed", "parameters"):
        return int(text)
    return float(text)


def judge_run(
    generator,
    data,
    judge: Judge,
    metrics=("fid", "ppl"),
    samples: int = 10_000,
    pairs: int = 10_000,
    latents=(),
    seed: int = 0,
) -> dict[str, float]:
    """The numbers of a row, measured.

    Args:
        metrics: of METRICS.
        samples: images of FID and separability.
        pairs: of path length.
        latents: counts of latents that one image is made from, for the FID of such images (paper Table 2).
            A network without styles has no such numbers.

    Returns:
        "FID", "PPL z full" and so on as ``evaluate`` names them, "FID of 2 latents", and "... error" for
        their standard errors. Numbers in w are there if the network has a mapping network.
    """
    # Each metric of the generator itself.
    config = generator.config
    found = {}
    for metric in metrics:
        count = pairs if metric == "ppl" else samples
        for row in evaluate(generator, data, judge, [metric], count, seed)["rows"]:
            found[row["metric"]] = row

    # FID of images that take their styles from several latents.
    for count in _counts_to_mix(config, latents):
        mixed = MixedLatents(generator, count, seed)
        found[f"FID of {count} latents"] = evaluate(mixed, data, judge, ["fid"], samples, seed)["rows"][0]

    # Values and errors. Without a mapping network w is z.
    numbers = {}
    for name, row in found.items():
        if " w" not in name or config.mapping_layers:
            numbers[name] = row["value"]
            if row["standard_error"] is not None:
                numbers[f"{name} error"] = row["standard_error"]
    return numbers


def lacks(row: dict, config: Config, metrics, latents=()) -> bool:
    """Whether a row still needs one of these numbers; a run that failed needs none."""
    first = {"fid": "FID", "ppl": "PPL z full", "ls": "separability z"}
    needed = [first[metric] for metric in metrics]
    needed += [f"FID of {count} latents" for count in _counts_to_mix(config, latents)]
    return "failed" not in row and any(name not in row for name in needed)


def _counts_to_mix(config, latents):
    """The counts of latents for which an image is another one: two or more, where there are styles to mix."""
    return [count for count in latents if count > 1 and config.styles]


def describe(variant: Variant, seed: int, config: Config, kimg: float, minutes: float) -> dict:
    """The first columns of a row."""
    count = parameters(config)["generator"]
    return dict(
        variant=variant.name, seed=seed, kimg=round(kimg, 3), minutes=round(minutes, 2), parameters=count
    )

"""The rows of an ablation, one for each run: how they are measured and kept."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from stylegan_tf.ablation.variants import Variant
from stylegan_tf.config import Config
from stylegan_tf.files import write_atomically, write_csv
from stylegan_tf.metrics.evaluation import Judge, evaluate
from stylegan_tf.metrics.mixed import MixedLatents
from stylegan_tf.planning.cost import parameters

METRICS = ("fid", "ppl", "ls")


class Table:
    """The rows of an ablation in a folder: ablation.csv, and ablation.json, which says what all rows have in
    common.

    A row has ``variant`` and ``seed``, ``kimg`` and ``minutes`` of training, ``parameters`` of the generator,
    numbers as ``judge_run`` names them, or ``failed``, the sentence with which training broke down.
    """

    def __init__(self, folder):
        self.folder = Path(folder)

    def about(self) -> dict:
        """What ``begin`` wrote.

        Raises:
            FileNotFoundError: if there is no ablation in the folder.
        """
        file = self.folder / "ablation.json"
        if not file.exists():
            raise FileNotFoundError(
                f"{self.folder} holds no ablation (it has no ablation.json); stylegan-tf ablation --out makes one"
            )
        return json.loads(file.read_text())

    def begin(self, asked: dict, **about) -> None:
        """Write ablation.json before the first run; later commands may add rows, and must ask for the same.

        Raises:
            ValueError: if the rows that are there were asked for with other settings.
        """
        if (self.folder / "ablation.json").exists():
            before = self.about()["asked"]
            if changed := [name for name in asked if before.get(name) != asked[name]]:
                names = ", ".join(f"{name} {before.get(name)}" for name in changed)
                raise ValueError(
                    f"{self.folder} was begun with other settings ({names}); repeat them, or choose another --out"
                )
        write_atomically(
            self.folder / "ablation.json", json.dumps({"asked": asked, **about}, indent=1).encode()
        )

    def commands(self) -> list[str]:
        """The commands that made it so far."""
        return self.about()["commands"] if (self.folder / "ablation.json").exists() else []

    def rows(self) -> list[dict]:
        """All rows, in the order in which their runs ended; what is missing is absent."""
        file = self.folder / "ablation.csv"
        if not file.exists():
            return []
        with file.open(newline="") as opened:
            return [{k: _value(k, v) for k, v in row.items() if v} for row in csv.DictReader(opened)]

    def put(self, row: dict) -> None:
        """Add a row, or put it in the place of the one that the run has already."""
        rows = self.rows()
        same = [
            i for i, old in enumerate(rows) if (old["variant"], old["seed"]) == (row["variant"], row["seed"])
        ]
        place = same[0] if same else len(rows)
        rows[place : place + 1] = [row]
        write_csv(self.folder / "ablation.csv", rows)


def _value(name, text):
    return (
        text
        if name in ("variant", "failed")
        else int(text)
        if name in ("seed", "parameters")
        else float(text)
    )


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
    """The numbers of a row: "FID", "PPL z full" and so on as ``evaluate`` names them, "... error" for their
    standard errors.

    Numbers in w are there if the network has a mapping network. ``latents``: counts of latents that images
    are made from, for FID of such images, "FID of 2 latents"; there if it has styles (paper Table 2).
    samples: of FID and separability; pairs: of PPL.
    """
    config, found = generator.config, {}
    for metric in metrics:
        rows = evaluate(generator, data, judge, [metric], pairs if metric == "ppl" else samples, seed)["rows"]
        found |= {row["metric"]: row for row in rows}
    for count in latents if config.styles else []:
        if count > 1:
            mixed = MixedLatents(generator, count, seed)
            found[f"FID of {count} latents"] = evaluate(mixed, data, judge, ["fid"], samples, seed)["rows"][0]
    numbers = {}
    for name, row in found.items():
        if " w" not in name or config.mapping_layers:
            numbers[name] = row["value"]
            if row["standard_error"] is not None:
                numbers[f"{name} error"] = row["standard_error"]
    return numbers


def lacks(row: dict, config: Config, metrics, latents=()) -> bool:
    """Whether a row still wants one of these numbers; a run that failed wants none."""
    first = {"fid": "FID", "ppl": "PPL z full", "ls": "separability z"}
    wanted = [first[metric] for metric in metrics]
    wanted += [f"FID of {count} latents" for count in latents if count > 1 and config.styles]
    return "failed" not in row and any(name not in row for name in wanted)


def describe(variant: Variant, seed: int, config: Config, kimg: float, minutes: float) -> dict:
    """The first columns of a row."""
    count = parameters(config)["generator"]
    return dict(
        variant=variant.name, seed=seed, kimg=round(kimg, 3), minutes=round(minutes, 2), parameters=count
    )

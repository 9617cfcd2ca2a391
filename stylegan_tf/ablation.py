"""The paper's ablations at any scale: configurations A to F, mixing, mapping depth (Tables 1, 2 and 4); one row per run."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from stylegan_tf.config import Config
from stylegan_tf.cost import parameters
from stylegan_tf.evaluation import Judge, evaluate
from stylegan_tf.files import write_atomically, write_csv
from stylegan_tf.metrics.mixed import MixedLatents
from stylegan_tf.presets import ABLATIONS

METRICS = ("fid", "ppl", "ls")
CHANGES = {  # of Table 1, each against the one before
    "A": "Progressive GAN, WGAN-GP",
    "B": "blur, logistic loss with R1",
    "C": "+ mapping and styles",
    "D": "+ learned constant as input",
    "E": "+ noise",
    "F": "+ mixing regularisation",
}
PAPER = {  # FID on FFHQ at 1024x1024, 50,000 images, Inception: Tables 1, 2 (one latent) and 4
    **{"A": 8.04, "B": 5.25, "C": 4.85, "D": 4.88, "E": 4.42, "F": 4.40},
    **{"mixing=0": 4.42, "mixing=0.5": 4.41, "mixing=0.9": 4.40, "mixing=1": 4.83},
    **{"depth=0": 5.06, "depth=1": 4.60, "depth=2": 4.43, "depth=8": 4.40},
}


@dataclass(frozen=True)
class Variant:
    """One line of an ablation: ``name`` ("C", "mixing=0.5", "depth=2") and the fields of the Config that it changes."""

    name: str
    changes: dict

    @property
    def group(self) -> str:
        """ "configuration", "mixing" or "depth": what it is compared with."""
        return self.name.partition("=")[0] if "=" in self.name else "configuration"

    @property
    def what(self) -> str:
        """What it is, in words."""
        if self.group == "mixing":
            return f"mixing in {self.changes['mixing_probability']:.0%} of the minibatches"
        return CHANGES[self.name] if self.group == "configuration" else f"{self.changes['mapping_layers']} mapping layers"


def variants(configs: str | None = None, mixing: str | None = None, depth: str | None = None) -> list[Variant]:
    """The lines that an ablation asks for, none twice; all three None ask for A to F.

    Args:
        configs: like "A-F" or "A,C,F" (Table 1). mixing: probabilities like "0,0.5,0.9,1" (Table 2).
        depth: mapping layers like "0,1,2,8" (Table 4, style-based).

    Raises:
        ValueError: for what is none of these.
    """
    configs = "A-F" if configs is mixing is depth is None else configs
    found = [Variant(name, ABLATIONS[name]) for name in _letters(configs)]
    found += [Variant(f"mixing={p:g}", {"mixing_probability": p}) for p in _numbers("--mixing", mixing, float, 1.0)]
    found += [Variant(f"depth={n}", {"mapping_layers": n}) for n in _numbers("--depth", depth, int, 8)]
    return list({variant.name: variant for variant in found}.values())


def named(name: str) -> Variant:
    """The Variant of a name.

    Raises:
        ValueError: if there is none.
    """
    group, _, value = name.partition("=")
    if group in ("mixing", "depth"):
        found = variants(**{group: value})
    else:
        found = variants(name) if name in ABLATIONS else []
    if len(found) != 1:
        raise ValueError(f"no line of an ablation is named '{name}'; they are A to F, or like mixing=0.5 and depth=2")
    return found[0]


def _letters(text):
    known = "".join(ABLATIONS)
    for part in text.split(",") if text is not None else []:
        first, dash, last = part.partition("-")
        last = last if dash else first
        if len(first) != 1 or len(last) != 1 or not known.find(first) <= known.find(last) or first not in known:
            raise ValueError(f"--configs {text} has '{part}'; give letters from A to F, like A-F or A,C,F")
        yield from known[known.index(first) : known.index(last) + 1]


def _numbers(option, text, kind, most):
    for part in text.split(",") if text is not None else []:
        try:
            number = kind(part)
        except ValueError:
            number = -1
        if not 0 <= number <= most:
            wanted = "whole numbers" if kind is int else "numbers"
            raise ValueError(f"{option} {text} has '{part}'; give {wanted} from 0 to {most:g}, separated by commas")
        yield number


class Table:
    """The rows of an ablation in a folder: ablation.csv, and ablation.json, which says what all rows have in common.

    A row has ``variant`` and ``seed``, ``kimg`` and ``minutes`` of training, ``parameters`` of the generator, numbers as
    ``measure`` names them, or ``failed``, the sentence with which training broke down.
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
                raise ValueError(f"{self.folder} was begun with other settings ({names}); repeat them, or choose another --out")
        write_atomically(self.folder / "ablation.json", json.dumps({"asked": asked, **about}, indent=1).encode())

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
        same = [i for i, old in enumerate(rows) if (old["variant"], old["seed"]) == (row["variant"], row["seed"])]
        place = same[0] if same else len(rows)
        rows[place : place + 1] = [row]
        write_csv(self.folder / "ablation.csv", rows)


def _value(name, text):
    return text if name in ("variant", "failed") else int(text) if name in ("seed", "parameters") else float(text)


def measure(
    generator, data, judge: Judge, metrics=("fid", "ppl"), samples: int = 10_000, pairs: int = 10_000, latents=(), seed: int = 0
) -> dict[str, float]:
    """The numbers of a row: "FID", "PPL z full" and so on as ``evaluate`` names them, "... error" for their standard errors.

    Numbers in w are there if the network has a mapping network. ``latents``: counts of latents that images are made from, for FID
    of such images, "FID of 2 latents"; there if it has styles (paper Table 2). samples: of FID and separability; pairs: of PPL.
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
    return dict(variant=variant.name, seed=seed, kimg=round(kimg, 3), minutes=round(minutes, 2), parameters=count)

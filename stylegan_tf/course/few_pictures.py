"""Training runs on few pictures, for lesson 18: what augmentation and a trained start are worth."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stylegan_tf.files import data_file, write_atomically


@dataclass(frozen=True)
class Trial:
    """A run on few pictures.

    Attributes:
        task: "digits" (200 digits), "long" (the same for longer) or "faces" (500 toy faces).
        arm: what was done: "none", "fixed 0.2", "fixed 0.9", "ada", and of faces also the same with
            ", from toyfaces32".
        seed: of the run.
        numbers: what it came to, by the columns of benchmarks/results/few_pictures.csv.
        history: a dict per tick: "kimg", "seen_score", "unseen_score", "fake_score", "augment_p",
            "real_sign". What a run did not measure is missing.
        samples: uint8 (24, 32, 32, C), pictures of the averaged generator at the end, none left out; None
            for seeds other than 0.
    """

    task: str
    arm: str
    seed: int
    numbers: dict
    history: list[dict]
    samples: np.ndarray | None


def write(path: str | Path, trials: list[Trial]) -> None:
    """Keep trials in a file."""
    about = []
    arrays = {}
    for place, trial in enumerate(trials):
        about.append(
            dict(
                task=trial.task, arm=trial.arm, seed=trial.seed, numbers=trial.numbers, history=trial.history
            )
        )
        if trial.samples is not None:
            arrays[f"samples/{place}"] = trial.samples
    content = io.BytesIO()
    np.savez_compressed(content, about=np.array(json.dumps(about)), **arrays)
    write_atomically(path, content.getvalue())


def visit() -> list[Trial]:
    """The shipped trials; ``benchmarks/proofs/few_pictures.py`` made them."""
    with np.load(data_file("few_pictures.npz")) as file:
        about = json.loads(str(file["about"]))
        found = []
        for place, row in enumerate(about):
            name = f"samples/{place}"
            samples = file[name] if name in file.files else None
            found.append(Trial(**row, samples=samples))
    return found


def of(trials: list[Trial], task: str, arm: str) -> list[Trial]:
    """The trials of an arm, all seeds, the smallest first.

    Raises:
        ValueError: if there is none.
    """
    found = [trial for trial in trials if (trial.task, trial.arm) == (task, arm)]
    if not found:
        arms = sorted({trial.arm for trial in trials if trial.task == task})
        raise ValueError(f"there is no arm '{arm}' of {task}; choose from {', '.join(arms) or 'no arms'}")
    return sorted(found, key=lambda trial: trial.seed)

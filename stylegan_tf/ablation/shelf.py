"""The shelf: an ablation that is shipped, its rows and the generators of A to F, for lesson 15."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np

from stylegan_tf.ablation.table import Table
from stylegan_tf.config import Config
from stylegan_tf.files import data_file, write_atomically
from stylegan_tf.networks.generator import Generator
from stylegan_tf.presets import ABLATIONS
from stylegan_tf.runs.run import load


def write(path: str | Path, folder: str | Path, seed: int = 0) -> None:
    """Keep an ablation in a file: all its rows, and the averaged generators of A to F of one seed, in
    float16.

    Args:
        folder: what ``stylegan-tf ablation --out`` made.

    Raises:
        FileNotFoundError: if it holds no ablation, or a run of A to F with this seed is missing.
    """
    table = Table(folder)
    arrays, configs = {}, {}
    for name in ABLATIONS:
        generator = load(Path(folder) / f"{name}-seed{seed}").ema_generator
        configs[name] = generator.config.to_dict()
        arrays |= {f"{name}/{i}": value.astype("float16") for i, value in enumerate(generator.get_weights())}
    content = io.BytesIO()
    about = json.dumps({"about": table.about(), "rows": table.rows(), "seed": seed, "configs": configs})
    np.savez_compressed(content, about=np.array(about), **arrays)
    write_atomically(Path(path), content.getvalue())


def _about():
    with np.load(data_file("ablation.npz")) as file:
        return json.loads(str(file["about"]))


def rows() -> list[dict]:
    """Its rows, as ``ablation.Table.rows`` gives them: a run each, with "variant", "seed", "FID", "PPL z
    full" and so on.
    """
    return _about()["rows"]


def about() -> dict:
    """What all rows have in common: preset, data set, kimg, and the commands, as ``ablation.Table.about``
    gives them.
    """
    return _about()["about"]


def generators(names: str = "ABCDEF") -> dict[str, Generator]:
    """The averaged generators of these configurations, by letter: digits of 32x32, all of one seed, equally
    many images.
    """
    with np.load(data_file("ablation.npz")) as file:
        configs, found = json.loads(str(file["about"]))["configs"], {}
        for name in names:
            found[name] = Generator(Config.from_dict(configs[name]), name=f"configuration_{name}")
            count = len(found[name].weights)
            found[name].set_weights([file[f"{name}/{i}"].astype("float32") for i in range(count)])
    return found


UNNAMED = dict(zip("PQR", "DFB", strict=True))  # generators whose letters lesson 15 hides


def unnamed() -> dict[str, Generator]:
    """Three of them under the letters P to R, for an exercise: which configurations are they?"""
    found = generators("".join(UNNAMED.values()))
    return {letter: found[name] for letter, name in UNNAMED.items()}

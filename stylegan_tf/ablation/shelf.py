"""The shelf: an ablation that is shipped, its rows and the generators of A to F, for lesson 15."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np

from stylegan_tf.ablation.table import Table
from stylegan_tf.config import Config
from stylegan_tf.files import data_file, expanded, write_atomically
from stylegan_tf.networks.generator import Generator
from stylegan_tf.presets import ABLATIONS
from stylegan_tf.runs.run import load


def write(path: str | Path, folder: str | Path, seed: int = 0) -> None:
    """Keep an ablation in a file: all its rows, and the averaged generators of A to F in float16.

    Args:
        path: the file to write, all or nothing.
        folder: what ``stylegan-tf ablation --out`` made.
        seed: that of the generators.

    Raises:
        FileNotFoundError: if the folder holds no ablation, or a run of A to F with this seed is missing.
    """
    # The generators.
    configs, arrays = {}, {}
    for name in ABLATIONS:
        generator = load(expanded(folder) / f"{name}-seed{seed}").ema_generator
        configs[name] = generator.config.to_dict()
        for i, value in enumerate(generator.get_weights()):
            arrays[f"{name}/{i}"] = value.astype("float16")

    # The rows, and all of it in one file.
    table = Table(folder)
    about = json.dumps({"about": table.about(), "rows": table.rows(), "seed": seed, "configs": configs})
    content = io.BytesIO()
    np.savez_compressed(content, about=np.array(about), **arrays)
    write_atomically(path, content.getvalue())


def _about():
    """What the shipped file says about itself."""
    with np.load(data_file("ablation.npz")) as file:
        return json.loads(str(file["about"]))


def rows() -> list[dict]:
    """The rows of the shipped ablation, as ``ablation.Table.rows`` gives them.

    Each is a run, with "variant", "seed", "FID", "PPL z full" and so on.
    """
    return _about()["rows"]


def about() -> dict:
    """What all rows have in common, as ``ablation.Table.about`` gives it.

    That is preset, data set, kimg, and the commands.
    """
    return _about()["about"]


def generators(names: str = "ABCDEF") -> dict[str, Generator]:
    """The averaged generators of configurations, by letter.

    They draw digits of 32x32. All are of one seed, and saw equally many images.

    Args:
        names: the letters, such as "AF".
    """
    configs = _about()["configs"]
    found = {}
    with np.load(data_file("ablation.npz")) as file:
        for name in names:
            generator = Generator(Config.from_dict(configs[name]), name=f"configuration_{name}")
            count = len(generator.weights)
            generator.set_weights([file[f"{name}/{i}"].astype("float32") for i in range(count)])
            found[name] = generator
    return found


UNNAMED = dict(zip("PQR", "DFB", strict=True))  # generators whose letters lesson 15 hides


def unnamed() -> dict[str, Generator]:
    """Three of them under the letters P to R, for an exercise: which configurations are they?"""
    found = generators("".join(UNNAMED.values()))
    return {letter: found[name] for letter, name in UNNAMED.items()}

"""Makes data/official_small.npz: a small network of the official code, and what that code computed with it.

python tools/make_official_small.py

``stylegan-tf check`` compares a machine with these numbers. They are those of
tests/golden/golden_official.npz; the weights are in the order of our own networks.
"""

import json
from pathlib import Path

import numpy as np

import stylegan_tf as sg

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"


def channels_last(images):
    return np.transpose(images, (0, 2, 3, 1))


def main():
    _, D, Gs = sg.official.load(GOLDEN / "official_tiny_nosrc.pkl")
    with np.load(GOLDEN / "golden_official.npz") as file:
        arrays = {
            "z": file["inputs/z"],
            "images": channels_last(file["outputs/Gs/images_psi1"]),
            "reals": channels_last(file["inputs/images"]),
            "scores": file["outputs/D/scores"],
        }
    for part, network in (("G", Gs), ("D", D)):
        for i, value in enumerate(network.get_weights()):
            arrays[f"{part}/{i}"] = value
    arrays["config"] = np.frombuffer(json.dumps(Gs.config.to_dict()).encode(), "uint8")
    np.savez_compressed(ROOT / "data" / "official_small.npz", **arrays)


if __name__ == "__main__":
    main()

"""Runs the site's scripts in node, which is no browser but the same language: what they compute can be
compared with Keras.
"""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from stylegan_tf import PRESETS, latents

ROOT = Path(__file__).parent.parent.parent
STATIC = ROOT / "docs" / "site" / "static"
SHIPPED = [file.stem for file in sorted((ROOT / "data" / "pretrained").glob("*.npz")) if file.stem in PRESETS]

DRAW = """
const fs = require("fs");
const { network, cases } = JSON.parse(fs.readFileSync(0, "utf8"));
const StyleGAN = require(process.argv[1]);
require(network);
const G = new StyleGAN.Generator(STYLEGAN_NETWORKS[0]);
const images = cases.map(({ a, b, labels, psi, crossover, strength }) => {
  const [first, second] = [a, b].map((z, i) => G.truncate(G.mapping(Float32Array.from(z), labels[i]), psi));
  return Array.from(G.synthesis(G.mix(first, second, crossover), G.storedNoise(), strength).data);
});
console.log(JSON.stringify(images));
"""


def run(script, argument, given) -> object:
    """What a script prints as JSON, with ``given`` as its standard input."""
    if not (node := shutil.which("node")):
        pytest.skip(
            "there is no node; the browser tests compare the same numbers (STYLEGAN_TF_BROWSER=required)"
        )
    command = [node, "-e", script, str(argument)]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def cases(z, psis, crossovers, strengths=(1,)) -> list[dict]:
    """Every latent of z (N, z_dim), mixed with the next one, at all psi, crossovers and strengths of noise.

    ``labels``: the classes of the two, for a conditional network with three classes or more.
    """
    pairs = list(zip(z, np.roll(z, -1, axis=0), strict=True))
    return [
        dict(a=a.tolist(), b=b.tolist(), labels=[i % 3, 2 - i % 2], psi=psi, crossover=k, strength=s)
        for i, (a, b) in enumerate(pairs) for psi in psis for k in crossovers for s in strengths
    ]  # fmt: skip


def keras_images(G, drawn) -> np.ndarray:
    """What the generator itself makes of the cases, (N, r, r, C)."""
    images = []
    for psi, k, s in sorted({(c["psi"], c["crossover"], c["strength"]) for c in drawn}):
        chosen = [i for i, c in enumerate(drawn) if (c["psi"], c["crossover"], c["strength"]) == (psi, k, s)]
        ws = []
        for place, side in enumerate("ab"):
            labels = None
            if G.config.label_dim:
                labels = np.eye(G.config.label_dim, dtype="float32")[
                    [drawn[i]["labels"][place] for i in chosen]
                ]
            ws.append(G.broadcast(G.mapping(np.float32([drawn[i][side] for i in chosen]), labels)))
        a, b = (latents.truncate(w, G.w_avg, psi) for w in ws)
        epilogues = [e for block in G.synthesis.blocks.values() for e in (block.epilogue0, block.epilogue1)]
        noise = [s * np.asarray(e.noise.noise_map) for e in epilogues]
        images += zip(
            chosen, np.asarray(G.synthesis(latents.mix(a, b, range(k, a.shape[1])), noise=noise)), strict=True
        )
    return np.stack([image for _, image in sorted(images, key=lambda pair: pair[0])])

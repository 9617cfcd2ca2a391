"""A generator as one JavaScript file, for the page that draws with it in the browser
(docs/site/static/stylegan.js).

python -m stylegan_tf.course.web_export runs/x digits.js
"""

from __future__ import annotations

import argparse
import base64
import json
from pathlib import Path

import numpy as np

from stylegan_tf import latents
from stylegan_tf.files import write_atomically
from stylegan_tf.networks.generator import Generator
from stylegan_tf.runs.run import load

SEEDS = 256  # latents that go with a network, so that a seed is the same picture there and in the notebooks
FLOAT16_MAX = float(np.finfo("float16").max)
_NEEDED = dict(
    label_dim=0, normalize_z=True, activation="lrelu", blur=True, noise=True, constant_input=True, styles=True,
    instance_norm=True, pixel_norm=False, equalized=True,
)  # fmt: skip


def tensors(generator: Generator) -> dict[str, np.ndarray]:
    """The weights by the names that stylegan.js uses, as they are stored: it scales them itself, as layers.py
    does.

    Raises:
        ValueError: for a network that stylegan.js cannot draw with: one that is not the paper's configuration
            F or E, a conditional one, or one whose up-sampling kernels are stored in fused form (128x128 and
            above).
    """
    config, synthesis = generator.config, generator.synthesis
    for name, wanted in _NEEDED.items():
        if (found := getattr(config, name)) != wanted:
            raise ValueError(f"{name} is {found!r}; the page draws with networks of {name} = {wanted!r} only")
    if any(config.fused_at(r) for r in config.resolutions[1:]):
        raise ValueError(
            f"the {config.resolution}x{config.resolution} network has fused kernels; the page draws up to 64x64"
        )
    found = {"w_avg": generator.w_avg, "constant": synthesis.blocks[4].input_layer.constant}
    for i, dense in enumerate(generator.mapping.dense):
        found |= {f"mapping{i}.kernel": dense.kernel, f"mapping{i}.bias": dense.bias}
    for i, r in enumerate(config.resolutions):
        block = synthesis.blocks[r]
        for j, epilogue in enumerate((block.epilogue0, block.epilogue1)):
            name, conv = f"layer{2 * i + j}", block.conv1 if j else getattr(block, "conv0", None)
            found |= {f"{name}.kernel": conv.kernel} if conv else {}
            found |= {f"{name}.noise": epilogue.noise.noise_map, f"{name}.strength": epilogue.noise.strength}
            style = epilogue.style.affine
            found |= {f"{name}.bias": epilogue.bias.bias}
            found |= {f"{name}.style.kernel": style.kernel, f"{name}.style.bias": style.bias}
    last = synthesis.to_rgb[config.resolution]
    found |= {"rgb.kernel": last.kernel, "rgb.bias": last.bias}
    return {name: np.asarray(value) for name, value in found.items()}


def script(generator: Generator, name: str, seeds: int = SEEDS) -> str:
    """The text of the file: it adds one network to the list ``STYLEGAN_NETWORKS`` of the page.

    Weights are float16, as in ``data/pretrained``; the latents of seeds 0 to ``seeds`` - 1 are float32, those
    of ``latents.from_seeds``. A script and not data, as a page that is opened from a disk may read no other
    kind of file.

    Raises:
        ValueError: for a network that the page cannot draw with, or whose weights do not fit into float16.
    """
    config, weights, layout, offset = generator.config, tensors(generator), {}, 0
    for key, value in weights.items():
        if np.abs(value).max() > FLOAT16_MAX:
            raise ValueError(
                f"{key} has values up to {np.abs(value).max():.3g}; float16 holds no more than {FLOAT16_MAX:g}"
            )
        layout[key] = {"shape": value.shape, "offset": offset}
        offset += value.size
    packed = np.concatenate([value.ravel() for value in weights.values()]).astype("<f2")
    network = {
        "name": name,
        "resolution": config.resolution,
        "channels": config.channels,
        "zDim": config.z_dim,
        "layers": config.num_layers,
        "mappingLayers": config.mapping_layers,
        "mappingRate": config.mapping_lr,
        "tensors": layout,
        "weights": _base64(packed),
        "z": _base64(latents.from_seeds(range(seeds), config.z_dim).astype("<f4")),
    }
    return f"(globalThis.STYLEGAN_NETWORKS ??= []).push({json.dumps(network)});\n"


def _base64(array) -> str:
    return base64.b64encode(array.tobytes()).decode()


def main(argv: list[str] | None = None) -> int:
    """Write the averaged generator of a run or a checkpoint as a script."""
    parser = argparse.ArgumentParser(
        prog="python -m stylegan_tf.course.web_export", description="Write a generator for the browser."
    )
    parser.add_argument("run", type=Path, help="a run folder, a checkpoint (.npz) or a saved model (.keras)")
    parser.add_argument("out", type=Path, help="the file to write, such as digits.js")
    parser.add_argument("--name", help="what the page calls it; default: the name of the run")
    args = parser.parse_args(argv)
    content = script(load(args.run).ema_generator, args.name or args.run.stem).encode()
    write_atomically(args.out, content)
    print(f"{args.out} ({len(content) / 1e6:.2f} MB)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

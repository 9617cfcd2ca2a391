"""A generator as one JavaScript file, for the page that draws with it in the browser.

    python -m stylegan_tf.course.web_export runs/x digits.js

The page's own code is docs/site/static/stylegan.js.
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
_NEEDED = dict(  # what stylegan.js can draw with
    normalize_z=True,
    activation="lrelu",
    blur=True,
    noise=True,
    constant_input=True,
    styles=True,
    instance_norm=True,
    pixel_norm=False,
    equalized=True,
)


def tensors(generator: Generator) -> dict[str, np.ndarray]:
    """The weights as they are stored, by the names that stylegan.js uses.

    The page scales them itself, as layers.py does.

    Raises:
        ValueError: for a network that stylegan.js cannot draw with: one that is not the paper's configuration
            F or E, or one whose up-sampling kernels are stored in fused form (128x128 and above).
    """
    # Can the page draw with it at all?
    config = generator.config
    for name, needed in _NEEDED.items():
        value = getattr(config, name)
        if value != needed:
            raise ValueError(f"{name} is {value!r}; the page draws with networks of {name} = {needed!r} only")
    if any(config.fused_at(r) for r in config.resolutions[1:]):
        side = config.resolution
        raise ValueError(f"the {side}x{side} network has fused kernels; the page draws up to 64x64")

    # The mapping network.
    synthesis = generator.synthesis
    found = {"w_avg": generator.w_avg, "constant": synthesis.blocks[4].input_layer.constant}
    if config.label_dim:
        found["embedding"] = generator.mapping.embedding
    for i, dense in enumerate(generator.mapping.dense):
        found[f"mapping{i}.kernel"] = dense.kernel
        found[f"mapping{i}.bias"] = dense.bias

    # The layers of the synthesis network, two a block; the first of all has no convolution.
    for i, r in enumerate(config.resolutions):
        block = synthesis.blocks[r]
        layers = [(getattr(block, "conv0", None), block.epilogue0), (block.conv1, block.epilogue1)]
        for j, (conv, epilogue) in enumerate(layers):
            name = f"layer{2 * i + j}"
            if conv:
                found[f"{name}.kernel"] = conv.kernel
            found[f"{name}.noise"] = epilogue.noise.noise_map
            found[f"{name}.strength"] = epilogue.noise.strength
            found[f"{name}.bias"] = epilogue.bias.bias
            found[f"{name}.style.kernel"] = epilogue.style.affine.kernel
            found[f"{name}.style.bias"] = epilogue.style.affine.bias

    # To RGB, at full resolution.
    last = synthesis.to_rgb[config.resolution]
    found["rgb.kernel"] = last.kernel
    found["rgb.bias"] = last.bias
    return {name: np.asarray(value) for name, value in found.items()}


def script(generator: Generator, name: str, seeds: int = SEEDS) -> str:
    """The text of the file: it adds one network to the list ``STYLEGAN_NETWORKS`` of the page.

    Weights are float16, as in ``data/pretrained``; the latents of seeds 0 to ``seeds`` - 1 are float32, those
    of ``latents.from_seeds``. A script and not data, as a page that is opened from a disk may read no other
    kind of file.

    Raises:
        ValueError: for a network that the page cannot draw with, or whose weights do not fit into float16.
    """
    config = generator.config
    weights = tensors(generator)

    # Where each weight is in the packed array.
    layout = {}
    offset = 0
    for key, value in weights.items():
        largest = np.abs(value).max()
        if largest > FLOAT16_MAX:
            raise ValueError(
                f"{key} has values up to {largest:.3g}; float16 holds no more than {FLOAT16_MAX:g}"
            )
        layout[key] = {"shape": value.shape, "offset": offset}
        offset += value.size
    packed = np.concatenate([value.ravel() for value in weights.values()]).astype("<f2")

    # The network as the page reads it.
    network = {
        "name": name,
        "resolution": config.resolution,
        "channels": config.channels,
        "zDim": config.z_dim,
        "labels": config.label_dim,
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
    parser.add_argument("--name", help="its name on the page; default: the name of the run")
    args = parser.parse_args(argv)
    content = script(load(args.run).ema_generator, args.name or args.run.stem).encode()
    write_atomically(args.out, content)
    print(f"{args.out} ({len(content) / 1e6:.2f} MB)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

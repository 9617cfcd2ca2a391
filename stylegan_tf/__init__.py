"""StyleGAN in Keras 3 / TensorFlow: exact, small, made to be read.

Where each idea of the paper lives, in the order of the lessons:

    what a StyleGAN is, as values      config.py, presets.py, batch_sizes.py
    codes: seeds, truncation, mixing   latents/
    what the paper draws               networks/: mapping, adain, noise, synthesis, generator, discriminator
    equalised learning rate, blur      networks/layers.py
    how it is trained                  training/: losses, schedule, step, style_mixing, average, loop
    pictures to learn from             data/: digits, toyfaces/, folder/, tfrecords, ffhq/
    quality, disentanglement           metrics/: fid, kid, path_length, separability, judges/
    pictures of a network              figures/
    a run that survives                runs/: a folder, its checkpoints, its report
    directions, edits, projection      editing/
    what each part is worth            ablation/
    memory and days, before a run      planning/
    NVIDIA's own networks              official/
    the notebooks                      course/, checks/, widgets/
    the command stylegan-tf            cli/, a file for each command
"""

import importlib

from stylegan_tf import _startup  # noqa: F401, before all others: TensorFlow reads its variables when it is imported

# isort: split
from stylegan_tf import data, latents, metrics, official
from stylegan_tf.batch_sizes import official_batch_sizes
from stylegan_tf.config import Config
from stylegan_tf.networks import layers
from stylegan_tf.networks.discriminator import Discriminator
from stylegan_tf.networks.generator import Generator
from stylegan_tf.presets import ABLATIONS, PRESETS, preset
from stylegan_tf.runs.run import Run, load
from stylegan_tf.runs.shipped import pretrained
from stylegan_tf.training import losses
from stylegan_tf.training.model import StyleGAN
from stylegan_tf.training.schedule import Schedule

__version__ = "0.1.0"
__all__ = [
    "ABLATIONS",
    "PRESETS",
    "Config",
    "Discriminator",
    "Generator",
    "Run",
    "Schedule",
    "StyleGAN",
    "checks",
    "data",
    "latents",
    "layers",
    "load",
    "losses",
    "metrics",
    "official",
    "official_batch_sizes",
    "preset",
    "pretrained",
    "widgets",
]


def __getattr__(name):
    """Checks and widgets are loaded when they are first asked for: most programs need neither."""
    if name in ("checks", "widgets"):
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")

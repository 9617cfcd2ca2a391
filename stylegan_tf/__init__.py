"""StyleGAN in Keras 3 / TensorFlow: exact, small, made to be read.

Where each idea of the paper lives, in the order of the lessons:

    what a StyleGAN is, as values      config.py, presets.py
    equalised learning rate, blur      layers.py
    mapping network, running mean      mapping.py
    adaptive instance normalisation    adain.py
    noise                              noise.py
    synthesis network                  synthesis.py
    generator, truncation              generator.py, latents.py
    discriminator                      discriminator.py
    losses                             losses.py
    progressive growing                growing.py
    training, averages, mixing         training.py, step.py, fitting.py, transfer.py
    several devices, 16 bits, memory   distribution.py, precision.py, accumulation.py
    a run that survives                checkpoints.py, runs.py, callbacks.py
    pictures                           figures.py, paper.py, report.py
    pictures to learn from             data/: digits, toyfaces, folder, tfrecords, ffhq; pipeline
    memory and days, before a run      cost.py, memory.py, planning.py
    NVIDIA's own networks              official.py, pickles.py
    quality, entanglement              metrics/, evaluation.py
    what each part is worth            ablation.py, comparison.py, ablation_report.py, ablation_figure.py
    what data ask of Z, without nets   ideal.py
    directions of attributes, edits    directions.py, editing.py
    from an image to its latents       projection.py, encoder.py
    the command stylegan-tf            cli.py, commands/
    the notebooks                      course.py, checks/, widgets/, notebook_outputs.py, shipped_notebooks.py
    what a class hands in              student.py, assignments/
    a generator for the browser        web_export.py
"""

import os
import sys
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
_onednn_chosen = "TF_ENABLE_ONEDNN_OPTS" in os.environ
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # off by default on some CPUs, and 1.3 to 1.9 times faster when on
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


def _import_tensorflow_quietly():
    """TensorFlow prints notes while it is imported, before its log level is in force: keep them off the terminal."""
    sys.stderr.flush()
    terminal, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        import tensorflow  # noqa: F401
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)


if "tensorflow" not in sys.modules:
    _import_tensorflow_quietly()
elif not _onednn_chosen:
    warnings.warn("import stylegan_tf before keras and tensorflow: oneDNN may be off now, and training slower", stacklevel=2)

import keras  # noqa: E402

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"stylegan_tf needs Keras on TensorFlow and found '{keras.backend.backend()}': "
        "set KERAS_BACKEND=tensorflow before keras is imported"
    )

from stylegan_tf import checks, data, latents, layers, losses, metrics, official  # noqa: E402
from stylegan_tf.config import Config  # noqa: E402
from stylegan_tf.discriminator import Discriminator  # noqa: E402
from stylegan_tf.generator import Generator  # noqa: E402
from stylegan_tf.growing import Schedule  # noqa: E402
from stylegan_tf.presets import ABLATIONS, PRESETS, official_batch_sizes, preset  # noqa: E402
from stylegan_tf.runs import Run, load, pretrained  # noqa: E402
from stylegan_tf.training import StyleGAN  # noqa: E402

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
]

"""StyleGAN in Keras 3 / TensorFlow: exact, small, made to be read.

Where each idea of the paper lives, in the order of the lessons:

    what a StyleGAN is, as values      config.py
    equalised learning rate, blur      layers.py
    mapping network, running mean      mapping.py
    adaptive instance normalisation    adain.py
    noise                              noise.py
    synthesis network                  synthesis.py
    generator, truncation              generator.py, latents.py
    discriminator                      discriminator.py
    losses                             losses.py
    progressive growing                growing.py
    training, averages, mixing         training.py
    a run that survives                checkpoints.py, callbacks.py
    pictures                           figures.py, report.py
    quality                            metrics/
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # off by default on some CPUs, and 1.3 times faster when on
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras  # noqa: E402

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"stylegan_tf needs Keras on TensorFlow and found '{keras.backend.backend()}': "
        "set KERAS_BACKEND=tensorflow before keras is imported"
    )

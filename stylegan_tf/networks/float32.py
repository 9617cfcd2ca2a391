"""Measuring in float32, whatever a generator was trained in and whatever Keras is set to.

A path length divides a difference of two images by 1e-8: in 16 bits nothing is left of it but rounding.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator

import keras

from stylegan_tf.networks.generator import Generator

_COPIES = weakref.WeakKeyDictionary()  # generator -> its copy in float32, so that each is traced once


def in_float32(generator):
    """The generator if it computes in float32, else a copy of it that does, with its weights of this moment.

    Anything that is no ``Generator`` of ours is returned as it is.
    """
    if not isinstance(generator, Generator) or generator.compute_dtype == "float32":
        return generator
    if generator not in _COPIES:
        config = generator.config.replace(precision="float32")
        _COPIES[generator] = Generator(config, name=f"{generator.name}_float32", dtype="float32")
    copy = _COPIES[generator]
    for own, value in zip(copy.weights, generator.weights, strict=True):
        own.assign(value)
    return copy


@contextlib.contextmanager
def float32_layers() -> Iterator[None]:
    """Within it Keras makes layers of float32 with channels last, whatever its global settings say.

    For networks that measure: a layer keeps for good what it was made with.
    """
    policy = keras.config.dtype_policy()
    floatx = keras.config.floatx()
    data_format = keras.config.image_data_format()
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    keras.config.set_image_data_format("channels_last")
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)
        keras.config.set_image_data_format(data_format)

"""Mixed precision: what is computed in 16 bits, and the loss scale that keeps small gradients alive."""

from __future__ import annotations

import keras
import tensorflow as tf

from stylegan_tf import distribution
from stylegan_tf.config import Config
from stylegan_tf.layers import register


def settle(config: Config, dtype=None) -> tuple[Config, keras.DTypePolicy]:
    """A Config and a dtype policy that agree: ``dtype`` decides, or, without one, ``config.precision``.

    Raises:
        ValueError: for a policy whose weights are not float32: 16 bits lose the small updates of training.
    """
    if dtype is None and config.precision != "float32":
        dtype = f"mixed_{config.precision}"
    policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())
    if policy.variable_dtype != "float32":
        raise ValueError(f"the dtype policy is {policy.name}; training wants float32 weights: give mixed_{policy.compute_dtype}")
    return config.replace(precision=policy.compute_dtype), policy


@register
class LossScale(keras.layers.Layer):
    """A power of two by which losses are multiplied, and their gradients divided, so that float16 can hold these.

    float16 has no number below 6e-8 and none above 65504. The scale starts at 2**16; it is halved when a step had a gradient
    that is not finite (its update is skipped), and doubled after ``PATIENCE`` steps without one. One scale serves both
    networks. A power of two changes no other digit of a float32. Source: Micikevicius et al. 2018, section 3.2.
    """

    START, LARGEST, PATIENCE = 2.0**16, 2.0**24, 2000

    def __init__(self, name="loss_scale", **kwargs):
        super().__init__(name=name, **{**kwargs, "dtype": "float32"})
        for weight, value in (("scale", self.START), ("sound", 0.0)):
            constant = keras.initializers.Constant(value)
            setattr(self, weight, self.add_weight(name=weight, shape=(), initializer=constant, trainable=False))
        self.built = True

    def scaled(self, loss):
        return loss * self.scale

    def update(self, skipped):
        """Follow one step; ``skipped`` is whether an update was."""
        sound = tf.where(skipped, 0.0, self.sound + 1.0)
        patient = sound >= self.PATIENCE
        grown = tf.where(patient, tf.minimum(2.0 * self.scale, self.LARGEST), self.scale)
        distribution.assign(self.scale, tf.where(skipped, tf.maximum(0.5 * self.scale, 1.0), grown))
        distribution.assign(self.sound, tf.where(patient, 0.0, sound))

"""Mixed precision: what is computed in 16 bits, and the loss scale that keeps small gradients alive."""

from __future__ import annotations

import keras
import tensorflow as tf

from stylegan_tf.config import Config
from stylegan_tf.networks.layers import register
from stylegan_tf.training import distribution


def resolve_precision(config: Config, dtype=None) -> tuple[Config, keras.DTypePolicy]:
    """A Config and a dtype policy that agree: ``dtype`` decides, or, without one, ``config.precision``.

    Raises:
        ValueError: for a policy whose weights are not float32: 16 bits lose the small updates of training.
    """
    # Who decides? The argument, then the Config, then Keras's global policy.
    if dtype is None and config.precision != "float32":
        dtype = policy_of(config)
    policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())
    if policy.variable_dtype != "float32":
        half = policy.compute_dtype in ("float16", "bfloat16")
        other = f"mixed_{policy.compute_dtype}" if half else "float32"
        raise ValueError(
            f"the dtype policy is {policy.name}; training needs float32 weights: "
            f"give {other} as dtype, or call keras.config.set_dtype_policy('{other}') first"
        )
    # The Config says what the policy does, so that a saved model is opened as it was trained.
    return config.replace(precision=policy.compute_dtype), policy


def policy_of(config: Config) -> str:
    """The dtype policy of ``config.precision``, by name, whatever Keras's global policy is."""
    return "float32" if config.precision == "float32" else f"mixed_{config.precision}"


def gradient(tape, loss, sources, loss_scale=None):
    """The gradient of a loss, times the loss scale where there is one.

    ``optimizer.update_if_finite`` divides by the scale again.

    Args:
        loss: (). sources: a tensor, or a list of variables.
    """
    if loss_scale is None:
        return tape.gradient(loss, sources)
    # The scale enters where the loss would have gradient 1: the same as scaling the loss itself.
    return tape.gradient(loss, sources, output_gradients=tf.identity(loss_scale.scale))


@register
class LossScale(keras.layers.Layer):
    """A power of two that keeps small gradients alive in float16.

    Gradients are multiplied by it, and divided again before the update.

    float16 has no number below 6e-8 and none above 65504. The scale starts at 2**16. It is halved when a step
    had a gradient that is not finite, whose update is skipped, and doubled after ``PATIENCE`` steps without
    one. One scale serves both networks. A power of two changes no other digit of a float32. Source:
    Micikevicius et al. 2018, section 3.2.

    Attributes:
        scale: the factor. sound: steps since the last gradient that was not finite.
    """

    START = 2.0**16
    LARGEST = 2.0**24
    PATIENCE = 2000

    def __init__(self, name="loss_scale", **kwargs):
        super().__init__(name=name, **{**kwargs, "dtype": "float32"})
        start = keras.initializers.Constant(self.START)
        self.scale = self.add_weight(name="scale", shape=(), initializer=start, trainable=False)
        self.sound = self.add_weight(name="sound", shape=(), initializer="zeros", trainable=False)
        self.built = True

    def adapt(self, was_skipped):
        """Set the scale for the next step; returns the one that this step used.

        was_skipped: whether one of its two updates was.
        """
        used = tf.identity(self.scale)
        # After PATIENCE steps without a skipped update the scale is doubled ...
        sound = tf.where(was_skipped, 0.0, self.sound + 1.0)
        is_time_to_double = sound >= self.PATIENCE
        doubled = tf.minimum(2.0 * self.scale, self.LARGEST)
        halved = tf.maximum(0.5 * self.scale, 1.0)
        # ... and after a skipped one it is halved at once.
        kept_or_doubled = tf.where(is_time_to_double, doubled, self.scale)
        distribution.assign(self.scale, tf.where(was_skipped, halved, kept_or_doubled))
        distribution.assign(self.sound, tf.where(is_time_to_double, 0.0, sound))
        return used

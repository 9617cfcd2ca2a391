"""Adam with TensorFlow's fused update, and the update that is skipped where a gradient is not finite."""

from __future__ import annotations

import keras
import tensorflow as tf

from stylegan_tf.networks.layers import register
from stylegan_tf.training import distribution


@register
class FusedAdam(keras.optimizers.Adam):
    """keras.optimizers.Adam with one TensorFlow operation a variable; the same numbers.

    lr_t = lr sqrt(1 - beta_2^t) / (1 - beta_1^t); w <- w - lr_t m / (sqrt(v) + epsilon).
    Source: official optimizer.py, which uses tf.train.AdamOptimizer.

    It uses names inside of Keras (``_momentums``, ``_velocities``, ``_get_variable_index``, ``_value``),
    checked with Keras 3.10 to 3.15; tests/training/test_optimizer.py compares it with keras.optimizers.Adam.
    """

    def update_step(self, gradient, variable, learning_rate):
        # Keras counts the steps from 0, Adam from 1.
        index = self._get_variable_index(variable)
        t = tf.cast(self.iterations + 1, tf.float32)
        # One operation for the moments, their correction and the weight; it takes handles, not values.
        tf.raw_ops.ResourceApplyAdam(
            var=getattr(variable, "_value", variable).handle,
            m=self._momentums[index]._value.handle,
            v=self._velocities[index]._value.handle,
            beta1_power=tf.pow(self.beta_1, t),
            beta2_power=tf.pow(self.beta_2, t),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.convert_to_tensor(gradient),
        )

    def update_replica(self, pairs) -> None:
        """``apply_gradients`` within one of several replicas.

        The gradients are the mean of all replicas already; each changes its own copy of the variables.

        Keras would sum the gradients again, and could not be told to skip a step.
        """
        # Each replica changes its own copy, all by the same gradient: they stay equal without being told.
        for gradient, variable in pairs:
            self.update_step(gradient, variable, self.learning_rate)
        tf.raw_ops.AssignAddVariableOp(
            resource=self.iterations._value.handle, value=tf.ones((), self.iterations.dtype)
        )


def update(optimizer, gradients, variables, loss_scale=None):
    """Let an optimizer change variables, unless a gradient is not finite: then nothing changes.

    Where several devices train together, all use the mean of their gradients. Source: official tfutil
    Optimizer.

    Args:
        gradients: one for each variable, or None for a variable that the loss does not depend on.
        loss_scale: precision.LossScale, whose factor the gradients carry; None where they carry none.

    Returns:
        1.0 if the update was skipped, else 0.0.
    """
    # Of all devices; a branch that is switched off (alpha is 1) has no gradient.
    gradients = distribution.mean(gradients)
    pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]

    # A sum is finite only if all that it adds is.
    sums = [tf.reduce_sum(tf.cast(g, tf.float32)) for g, _ in pairs]
    is_finite = tf.math.is_finite(tf.add_n(sums))

    # The factor that kept them alive in float16 goes out again.
    if loss_scale:
        pairs = [(g / loss_scale.scale, v) for g, v in pairs]

    def apply():
        if distribution.place()[1] == 1:
            optimizer.apply_gradients(pairs)
        else:
            optimizer.update_replica(pairs)
        return 0.0

    def skip():
        return 1.0

    return tf.cond(is_finite, apply, skip)

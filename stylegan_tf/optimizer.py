"""Adam, one kernel per variable."""

from __future__ import annotations

import keras
import tensorflow as tf

from stylegan_tf.layers import register


@register
class FusedAdam(keras.optimizers.Adam):
    """keras.optimizers.Adam(learning_rate, beta_1, beta_2, epsilon) with TensorFlow's fused update; the same numbers.

    lr_t = lr sqrt(1 - beta_2^t) / (1 - beta_1^t); w <- w - lr_t m / (sqrt(v) + epsilon) (SPEC 9).
    """

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        t = tf.cast(self.iterations + 1, tf.float32)
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
        """``apply_gradients`` within one of several replicas: gradients are their mean already, each sets its own copy.

        Keras would sum the gradients again, and could not be told to skip a step.
        """
        for gradient, variable in pairs:
            self.update_step(gradient, variable, self.learning_rate)
        tf.raw_ops.AssignAddVariableOp(resource=self.iterations._value.handle, value=tf.ones((), self.iterations.dtype))

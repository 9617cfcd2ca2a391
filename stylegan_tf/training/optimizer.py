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
        self._change(gradient, variable, tf.cast(learning_rate, tf.float32), self._powers())

    def _powers(self):
        """beta_1^t and beta_2^t. Keras counts the steps from 0, Adam from 1."""
        t = tf.cast(self.iterations + 1, tf.float32)
        return tf.pow(self.beta_1, t), tf.pow(self.beta_2, t)

    def _change(self, gradient, variable, rate, powers):
        """One operation for the moments, their correction and the weight; it takes handles, not values."""
        index = self._get_variable_index(variable)
        beta_1_power, beta_2_power = powers
        tf.raw_ops.ResourceApplyAdam(
            var=getattr(variable, "_value", variable).handle,
            m=self._momentums[index]._value.handle,
            v=self._velocities[index]._value.handle,
            beta1_power=beta_1_power,
            beta2_power=beta_2_power,
            lr=rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.convert_to_tensor(gradient),
        )

    def update(self, pairs) -> None:
        """Change variables by their gradients, given as (gradient, variable), and count the step.

        It is ``apply_gradients`` without Keras's way there. Within one of several replicas Keras would sum
        the gradients again, and it keeps every graph alive in which it has applied some.
        """
        # Each replica changes its own copy, all by the same gradient: they stay equal without being told.
        rate = tf.cast(self.learning_rate, tf.float32)
        powers = self._powers()
        for gradient, variable in pairs:
            self._change(gradient, variable, rate, powers)
        tf.raw_ops.AssignAddVariableOp(
            resource=self.iterations._value.handle, value=tf.ones((), self.iterations.dtype)
        )


class BothOptimizers:
    """The two optimizers as the one that Keras's callbacks know: ``model.optimizer``.

    A learning rate that is set here reaches both: the discriminator has it, and the generator
    ``generator_lr`` times it. Everything else is read from the discriminator's.
    """

    def __init__(self, generator_optimizer, discriminator_optimizer, generator_lr: float = 1.0):
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        self.generator_lr = generator_lr

    @property
    def learning_rate(self):
        return self.discriminator_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate):
        self.generator_optimizer.learning_rate = self.generator_lr * rate
        self.discriminator_optimizer.learning_rate = rate

    def __getattr__(self, name):
        return getattr(self.discriminator_optimizer, name)


def check_optimizer(optimizer) -> keras.optimizers.Optimizer | None:
    """An optimizer that a network can be trained with, made if its name is given; None stays None.

    Raises:
        ValueError: for another object, for one that has been used, and for one whose rate follows a schedule:
            the schedule of growing sets the rate.
    """
    # None is our own Adam. Anything else must be an optimizer, or name one.
    if optimizer is None:
        return None
    if not isinstance(optimizer, (str, dict, keras.optimizers.Optimizer)):
        raise ValueError(
            f"the optimizer is of type {type(optimizer).__name__}; "
            "give a keras.optimizers.Optimizer or its name"
        )
    # Its rate must be a number, which the phases of growing can set ...
    optimizer = keras.optimizers.get(optimizer)
    if isinstance(
        getattr(optimizer, "_learning_rate", None), keras.optimizers.schedules.LearningRateSchedule
    ):
        raise ValueError(
            "the optimizer has a learning-rate schedule, and growing sets the rate of each phase; "
            "give it a number, and the rates as learning_rate, learning_rates and decay_kimg of the Config"
        )
    # ... and its moments must be nobody else's.
    if optimizer.built:
        raise ValueError("the optimizer has been used already; make a new one for each network")
    return optimizer


def update_if_finite(optimizer, gradients, variables, loss_scale=None):
    """Let an optimizer change variables, unless a gradient is not finite: then nothing changes.

    Where several devices train together, all use the mean of their gradients. Source: official tfutil
    Optimizer.

    Args:
        gradients: one for each variable, or None for a variable that the loss does not depend on.
        loss_scale: precision.LossScale, whose factor the gradients carry; None where they carry none.

    Returns:
        1.0 if the update was skipped, else 0.0.
    """
    # The mean over all devices. A weight that the loss does not depend on has no gradient: that of a block
    # not grown yet, or of the branch that the constant alpha = 1 leaves out.
    gradients = distribution.mean(gradients)
    pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]

    # A sum is finite only if all that it adds is.
    sums = [tf.reduce_sum(tf.cast(g, tf.float32)) for g, _ in pairs]
    is_finite = tf.math.is_finite(tf.add_n(sums))

    # Divide the loss scale of float16 out again.
    if loss_scale:
        pairs = [(g / loss_scale.scale, v) for g, v in pairs]

    def apply():
        if isinstance(optimizer, FusedAdam):
            optimizer.update(pairs)
        else:
            optimizer.apply_gradients(pairs)
        return 0.0

    def skip():
        return 1.0

    return tf.cond(is_finite, apply, skip)

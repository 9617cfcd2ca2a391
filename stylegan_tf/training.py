"""Training: StyleGAN with its optimizers, one graph per resolution, and ``fit`` (SPEC 9); step.py has the step itself."""

from __future__ import annotations

import functools
from dataclasses import asdict

import keras
import numpy as np
import tensorflow as tf

from stylegan_tf import distribution
from stylegan_tf.config import Config
from stylegan_tf.data.pipeline import Source
from stylegan_tf.discriminator import Discriminator
from stylegan_tf.draws import seeded
from stylegan_tf.fitting import Progressed, fit
from stylegan_tf.generator import Generator
from stylegan_tf.growing import Schedule
from stylegan_tf.layers import register
from stylegan_tf.optimizer import FusedAdam
from stylegan_tf.precision import LossScale, settle
from stylegan_tf.step import TrainingStep
from stylegan_tf.transfer import start_from


@register
class StyleGAN(TrainingStep, keras.Model):
    """Generator, discriminator, averaged generator, and how they are trained.

    >>> gan = sg.StyleGAN(sg.preset("mnist32"))
    >>> gan.compile()
    >>> history = gan.fit(sg.data.load_digits(), minutes=10)
    >>> images = gan(z)                          # the averaged generator's

    Attributes:
        generator, discriminator: the two players. ema_generator: the average of the generator that makes the pictures.
        progress: images, steps, ticks and time so far. schedule: the Schedule in force.
        loss_scale: precision.LossScale of a model that computes in float16, else None.

    Args:
        dtype: a mixed dtype policy, such as "mixed_float16", instead of ``config.precision``.

    Made in the scope of a tf.distribute strategy (``distribution.strategy_for``), it trains on all its devices.
    """

    def __init__(self, config: Config, name="stylegan", progress: dict | None = None, dtype=None, **kwargs):
        config, policy = settle(config if isinstance(config, Config) else Config.from_dict(config), dtype)
        super().__init__(name=name, dtype=policy, **kwargs)
        self.config = config
        with seeded(self.config.seed):
            self.generator = Generator(self.config, dtype=self.dtype_policy)
            self.discriminator = Discriminator(self.config, dtype=self.dtype_policy)
            self.ema_generator = Generator(self.config, name="ema_generator", dtype=self.dtype_policy)
        for average, value in zip(self.ema_generator.weights, self.generator.weights, strict=True):
            average.assign(value)
        self.progress, self.schedule, self._steps = Progressed(**(progress or {})), Schedule(self.config), {}
        self.loss_scale = LossScale() if config.precision == "float16" else None
        self._label_pool = None  # the class numbers that G's labels are drawn from
        self.built = True

    def call(self, z, **kwargs):
        """Images of the averaged generator, as far as it has grown; arguments as Generator's."""
        return self.ema_generator(z, **(kwargs if "resolution" in kwargs else {**self.stage(), **kwargs}))

    def stage(self) -> dict:
        """``resolution`` and ``alpha`` that training has reached; empty for a model that is fully grown, or untrained."""
        phase = self.schedule.phase_at(self.progress.images)
        if not self.progress.images or (phase.resolution == self.config.resolution and not phase.fading):
            return {}
        return {"resolution": phase.resolution, "alpha": phase.alpha(self.progress.images)}

    def grown(self) -> Generator:
        """The averaged generator; of a model that still grows, a smaller one that ends with the last trained resolution.

        Raises:
            ValueError: if that is 4x4, which is too small for a Generator; ``gan(z)`` draws it.
        """
        if not (stage := self.stage()):
            return self.ema_generator
        side = stage["resolution"] if stage["alpha"] == 1 else stage["resolution"] // 2
        if side < 8:
            raise ValueError("only 4x4 has been trained so far; train until 8x8 has faded in")
        return self.ema_generator.cut(side)

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, jit_compile=False, run_eagerly=False):
        """Adam with the Config's beta_1, beta_2 and epsilon, unless other Keras optimizers are given.

        The schedule sets their learning rates, and starts them anew at the borders of its phases (SPEC 9).
        ``jit_compile``: compile each step with XLA.

        Raises:
            ValueError: for optimizers of one's own, or XLA, where several devices train together.
        """
        c, several = self.config, distribution.replicas(self.distribute_strategy) > 1
        if several and (jit_compile or generator_optimizer or discriminator_optimizer):
            found = "jit_compile is True" if jit_compile else "an optimizer is given"
            raise ValueError(f"{found}; leave it out: several devices train together with Adam, without XLA")

        def adam(name):
            return FusedAdam(c.learning_rate, c.beta_1, c.beta_2, c.epsilon, name=name)

        with self.distribute_strategy.scope():
            self.generator_optimizer = generator_optimizer or adam("generator_adam")
            self.discriminator_optimizer = discriminator_optimizer or adam("discriminator_adam")
            super().compile(optimizer=self.discriminator_optimizer, jit_compile=jit_compile, run_eagerly=run_eagerly)
            self.generator_optimizer.build(self.generator.trainable_variables)
            self.discriminator_optimizer.build(self.discriminator.trainable_variables)
        self.fresh = [v.numpy() for v in self.optimizer_variables]  # what they are set back to
        self._steps, self.progress.phase = {}, -1  # a new optimizer has to learn its phase

    @property
    def optimizer_variables(self) -> list[keras.Variable]:
        return self.generator_optimizer.variables + self.discriminator_optimizer.variables

    def draw_labels_from(self, labels):
        """Draw the labels of G's own fakes from a data set's class numbers (N,)."""
        if self._label_pool is None or not np.array_equal(self._label_pool, labels):
            self._label_pool, self._steps = labels, {}

    def forget_traces(self):
        """Trace anew at the next step: a trace holds the Config's values as constants."""
        self._steps = {}

    def step_function(self, resolution: int):
        """The traced train_step of a resolution: made at its first use, then kept."""
        if resolution not in self._steps:
            function = functools.partial(self._step_everywhere)  # one each, else TensorFlow warns of too many traces
            compiled = tf.function(function, autograph=False, jit_compile=self.jit_compile)
            self._steps[resolution] = function if self.run_eagerly else compiled
        return self._steps[resolution]

    def _step_everywhere(self, *arguments):
        if distribution.replicas(self.distribute_strategy) == 1:
            return self.train_step(*arguments)
        return distribution.run(self.distribute_strategy, self.train_step, arguments)

    def run_step(self, data: Source, phase, alpha: float):
        """Take the next batch at the state's position through one train step; the state moves on."""
        p, c = self.progress, self.config

        def rows(replica, replicas):
            images, labels = data.batch(p.images, phase.batch_size, phase.resolution, c.seed, (replica, replicas))
            return (images, labels) if c.label_dim else (images,)

        images, *labels = distribution.share(self.distribute_strategy, rows)
        labels = labels[0] if labels else None
        step, alpha = tf.constant(p.steps, tf.int64), tf.constant(alpha, tf.float32)
        ema_beta = tf.constant(c.ema_beta(p.images, phase.batch_size), tf.float32)
        logs = self.step_function(phase.resolution)(images, labels, step, alpha, ema_beta)
        p.images += phase.batch_size
        p.steps += 1
        return logs

    def start_from(self, trained: StyleGAN):
        """Begin with the weights of a trained model instead of random ones; call it before ``fit``.

        If that model is of a smaller resolution, training begins where the next one fades in; if it is of the same, with
        the last phase of the schedule (to teach a model other pictures). The images before count as shown.

        >>> gan = sg.StyleGAN(sg.preset("toyfaces64"))
        >>> gan.start_from(sg.pretrained("toyfaces32"))

        Raises:
            ValueError: if the networks differ in more than their resolution, or the other is larger, or not trained.
        """
        start_from(self, trained)

    def fit(self, x, y=None, epochs=None, kimg=None, minutes=None, callbacks=None, verbose="auto"):
        """Train from where the model stands to the end of its schedule.

        Args:
            x: a data Source, a uint8 array (N, side, side, C), or a tf.data.Dataset of such pictures; y: class numbers (N,).
            epochs: stop after so many ticks (reports) at the latest.
            kimg: train so many thousand images more; beyond the schedule its last phase goes on.
            minutes: time box. A new model measures the speed of each stage, plans its schedule, and stops on time; one
                that has begun, or has started from another, follows its schedule for so many minutes more.
            callbacks: keras.callbacks; an epoch is a tick, a batch is a step. Pass callbacks.NaNGuard to change its limit.
            verbose: 0 silent, "auto" or 1 a progress bar, 2 a line per tick.

        Returns:
            keras.callbacks.History: of each tick the means of train_step's scalars, kimg, resolution, alpha, speed.

        Raises:
            ValueError: for data that do not fit, both kimg and minutes, or a time box too short to measure in.
            FloatingPointError: by NaNGuard, if training has broken down.
        """
        return fit(self, x, y, epochs, kimg, minutes, callbacks, verbose)

    def get_config(self):
        policy = keras.saving.serialize_keras_object(self.dtype_policy)
        return {"name": self.name, "config": self.config.to_dict(), "progress": asdict(self.progress), "dtype": policy}

    def get_compile_config(self):
        if not getattr(self, "generator_optimizer", None):
            return None
        optimizers = {name: getattr(self, name) for name in ("generator_optimizer", "discriminator_optimizer")}
        kept = {name: keras.saving.serialize_keras_object(optimizer) for name, optimizer in optimizers.items()}
        return {**kept, "jit_compile": self.jit_compile, "run_eagerly": self.run_eagerly}

    def compile_from_config(self, config):
        phase = self.progress.phase
        self.compile(**{name: keras.saving.deserialize_keras_object(value) for name, value in config.items()})
        self.progress.phase = phase

    def get_build_config(self):
        return None

    def summary(self, print_fn=None, **kwargs):
        """Print both networks, as the paper draws them."""
        self.generator.summary(print_fn)
        self.discriminator.summary(print_fn)

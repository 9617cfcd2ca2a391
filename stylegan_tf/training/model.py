"""StyleGAN: the two networks, their optimizers, the averaged generator, and how all of it is saved.

``fit`` is in loop.py, the step itself in step.py.
"""

from __future__ import annotations

import functools
from dataclasses import asdict

import keras
import numpy as np
import tensorflow as tf

from stylegan_tf.config import Config
from stylegan_tf.data.source import Source
from stylegan_tf.networks.base import keras_file
from stylegan_tf.networks.discriminator import Discriminator
from stylegan_tf.networks.generator import Generator
from stylegan_tf.networks.layers import register
from stylegan_tf.training import distribution, loop
from stylegan_tf.training.augmentation import Augmentation
from stylegan_tf.training.freezing import freeze
from stylegan_tf.training.optimizer import BothOptimizers, FusedAdam, check_optimizer
from stylegan_tf.training.precision import LossScale, resolve_precision
from stylegan_tf.training.random_draws import seeded
from stylegan_tf.training.schedule import Schedule
from stylegan_tf.training.start_from import start_from
from stylegan_tf.training.step import train_step


@register
class StyleGAN(keras.Model):
    """Generator, discriminator, averaged generator, and how they are trained.

    >>> gan = sg.StyleGAN(sg.preset("mnist32"))
    >>> gan.compile()
    >>> history = gan.fit(sg.data.load_digits(), minutes=10)
    >>> images = gan(z)                          # the averaged generator's

    Made in the scope of a tf.distribute strategy (``distribution.strategy_for``), it trains on all its
    devices.

    Args:
        config: Config, or its dict.
        progress: fields of loop.TrainingState, of a model that is opened again.
        dtype: a mixed dtype policy, such as "mixed_float16", instead of ``config.precision``.

    Attributes:
        generator, discriminator: the two players.
        ema_generator: the average of the generator, which makes the pictures.
        progress: loop.TrainingState: images, steps, ticks and time so far.
        schedule: the Schedule in force.
        loss_scale: precision.LossScale of a model that computes in float16, else None.
        augmentation: augmentation.Augmentation of a model whose Config asks for it, else None.
        label_pool: the class numbers (N,) that the labels of G's own fakes are drawn from, or None.
        initial_optimizer_values: what the optimizers are set back to when a phase begins.
    """

    def __init__(self, config: Config, name="stylegan", progress: dict | None = None, dtype=None, **kwargs):
        # A saved model gives its Config as a dict; the dtype policy and the Config must agree.
        config = config if isinstance(config, Config) else Config.from_dict(config)
        config, policy = resolve_precision(config, dtype)
        super().__init__(name=name, dtype=policy, **kwargs)
        self.config = config

        # Three networks; the average begins as a copy of the generator.
        with seeded(config.seed):
            self.generator = Generator(config, dtype=policy)
            self.discriminator = Discriminator(config, dtype=policy)
            self.ema_generator = Generator(config, name="ema_generator", dtype=policy)
        for average, value in zip(self.ema_generator.weights, self.generator.weights, strict=True):
            average.assign(value)

        # What a trained model keeps while it learns other pictures.
        freeze(self)

        # Where training stands.
        self.progress = loop.TrainingState(**(progress or {}))
        self.schedule = Schedule(config)
        self.loss_scale = LossScale() if config.precision == "float16" else None
        self.augmentation = Augmentation(config.augment_p) if config.augment != "none" else None
        self.label_pool = None
        self._traces = {}  # resolution -> the traced step
        self.built = True

    # ---- Drawing
    # -----------------------------------------------------------------------------------------------

    def call(self, z, **kwargs):
        """Images of the averaged generator, as far as it has grown; arguments as Generator's."""
        # As grown as training has come, unless the caller says otherwise.
        if "resolution" not in kwargs:
            kwargs = {**self.stage(), **kwargs}
        return self.ema_generator(z, **kwargs)

    def stage(self) -> dict:
        """``resolution`` and ``alpha`` that training has reached.

        Empty for a model that is fully grown, or untrained.
        """
        phase = self.schedule.phase_at(self.progress.images)
        is_grown = phase.resolution == self.config.resolution and not phase.fading
        if not self.progress.images or is_grown:
            return {}
        return {"resolution": phase.resolution, "alpha": phase.alpha(self.progress.images)}

    def grown(self) -> Generator:
        """The averaged generator, as far as it is trained.

        Of a model that still grows it is a smaller one, which ends with the last trained resolution.

        Raises:
            ValueError: if that is 4x4, which is too small for a Generator; ``gan(z)`` draws it.
        """
        stage = self.stage()
        if not stage:
            return self.ema_generator
        # A block that still fades in is left away.
        side = stage["resolution"] if stage["alpha"] == 1 else stage["resolution"] // 2
        if side < 8:
            raise ValueError("only 4x4 has been trained so far; train until 8x8 has faded in")
        return self.ema_generator.cut(side)

    # A finished StyleGAN may be given wherever a Generator is meant: it is the averaged one.

    @property
    def z_dim(self) -> int:
        return self.config.z_dim

    @property
    def mapping(self):
        return self._finished().mapping

    @property
    def synthesis(self):
        return self._finished().synthesis

    @property
    def w_avg(self):
        return self._finished().w_avg

    def broadcast(self, w):
        """(B, w_dim) -> (B, L, w_dim), as Generator's."""
        return self.ema_generator.broadcast(w)

    def _finished(self):
        if stage := self.stage():
            side, full = stage["resolution"], self.config.resolution
            raise ValueError(
                f"this model is still growing, at {side}x{side} of {full}x{full}; train it to the end first, "
                "or give gan.grown(), which ends with what is trained"
            )
        return self.ema_generator

    # ---- Training
    # ----------------------------------------------------------------------------------------------

    fit = loop.fit  # its first argument, ``gan``, is self
    start_from = start_from

    def compile(
        self, generator_optimizer=None, discriminator_optimizer=None, jit_compile=False, run_eagerly=False
    ):
        """Adam with the Config's beta_1, beta_2 and epsilon, unless other Keras optimizers are given.

        The schedule sets their learning rates, and resets them when a phase of growing begins. A rate that a
        callback sets holds until then; with ``config.decay_kimg`` the schedule sets the rate at every step.

        Args:
            generator_optimizer, discriminator_optimizer: two keras.optimizers, or their names.
            jit_compile: compile each step with XLA.

        Raises:
            ValueError: for one optimizer for both, one that has been used, or one with a schedule of its own;
                and where several devices train together, for optimizers of one's own, or XLA.
        """
        # Several devices share one update (FusedAdam.update), which only our Adam can make.
        several = distribution.replicas(self.distribute_strategy) > 1
        if several and (jit_compile or generator_optimizer or discriminator_optimizer):
            found = "jit_compile is True" if jit_compile else "an optimizer is given"
            raise ValueError(f"{found}; leave it out: several devices train together with Adam, without XLA")

        if generator_optimizer is not None and generator_optimizer is discriminator_optimizer:
            if not isinstance(generator_optimizer, str):
                raise ValueError(
                    "one optimizer is given for both networks; make two, since each has moments of its own"
                )

        # Two optimizers. Keras knows one, ``optimizer``; "compiled" means that both are there.
        with self.distribute_strategy.scope():
            self.generator_optimizer = check_optimizer(generator_optimizer) or self._adam("generator_adam")
            self.discriminator_optimizer = check_optimizer(discriminator_optimizer) or self._adam(
                "discriminator_adam"
            )
            super().compile(
                optimizer=self.discriminator_optimizer, jit_compile=jit_compile, run_eagerly=run_eagerly
            )
            self.generator_optimizer.build(self.generator.trainable_variables)
            self.discriminator_optimizer.build(self.discriminator.trainable_variables)

        # Where they start, to be set back to at each phase; and no trace holds an older optimizer.
        self.initial_optimizer_values = [v.numpy() for v in self.optimizer_variables]
        self._traces = {}
        self.progress.phase = -1  # a new optimizer has to learn its phase

    def _adam(self, name):
        c = self.config
        # The rate here is a beginning: each phase of growing sets its own.
        return FusedAdam(c.learning_rate, c.beta_1, c.beta_2, c.epsilon, name=name)

    @property
    def optimizer(self) -> BothOptimizers | None:
        """What Keras's callbacks use: a learning rate that they set reaches both networks."""
        if not getattr(self, "generator_optimizer", None):
            return None
        return BothOptimizers(
            self.generator_optimizer, self.discriminator_optimizer, self.config.generator_lr
        )

    @optimizer.setter
    def optimizer(self, value):
        # keras.Model.compile sets the one that it knows, in mixed_float16 with a loss scale of its own. There
        # are two, and LossScale serves both.
        pass

    @property
    def optimizer_variables(self) -> list[keras.Variable]:
        return self.generator_optimizer.variables + self.discriminator_optimizer.variables

    def draw_labels_from(self, labels):
        """Draw the labels of G's own fakes from a data set's class numbers (N,)."""
        # The pool is a constant of the traces: the same data set again must not be traced again.
        if self.label_pool is None or not np.array_equal(self.label_pool, labels):
            self.label_pool = labels
            self.forget_traces()

    def forget_traces(self):
        """Trace again at the next step: a trace holds the Config and the label pool as constants."""
        self._traces = {}

    def run_step(self, data: Source, phase, alpha: float) -> dict[str, tf.Tensor]:
        """Take the next batch through one training step; ``progress`` moves on by its images.

        Returns:
            the scalars of step.train_step.
        """
        progress = self.progress
        config = self.config

        # The batch at this position; each device gets its own rows of it.
        def rows(replica, replicas):
            shard = (replica, replicas)
            images, labels = data.batch(
                progress.images, phase.batch_size, phase.resolution, config.seed, shard
            )
            return (images, labels) if config.label_dim else (images,)

        batch = distribution.rows_of_each(self.distribute_strategy, rows)
        images, labels = batch if config.label_dim else (*batch, None)

        # What changes from step to step is a tensor, so that one trace serves all steps of a resolution.
        step = tf.constant(progress.steps, tf.int64)
        ema_beta = tf.constant(config.ema_beta(progress.images, phase.batch_size), tf.float32)

        # Nothing fades into the first stage. The number 1.0, unlike a tensor, leaves the blend out.
        can_fade = phase.resolution != self.schedule.resolutions[0]
        alpha = tf.constant(alpha, tf.float32) if can_fade else 1.0

        # The step, then the position moves on.
        logs = self.traced_step(phase.resolution)(images, labels, step, alpha, ema_beta)
        progress.images += phase.batch_size
        progress.steps += 1
        return logs

    def traced_step(self, resolution: int):
        """``step.train_step`` of this model as a graph: traced at its first use, then kept."""
        if resolution not in self._traces:
            # Its other arguments: images, labels, step, alpha, ema_beta. (A partial, since TensorFlow counts
            # the traces of a Python function over all models, and warns after a few.)
            step = functools.partial(train_step, self)
            if distribution.replicas(self.distribute_strategy) > 1:
                step = functools.partial(distribution.run, self.distribute_strategy, step)
            if not self.run_eagerly:
                step = tf.function(step, autograph=False, jit_compile=self.jit_compile)
            self._traces[resolution] = step
        return self._traces[resolution]

    # ---- Saving
    # ------------------------------------------------------------------------------------------------
    # Where training stands travels with the weights, however Keras saves and restores them: BackupAndRestore,
    # ModelCheckpoint and EarlyStopping among others. Weights without their stage would be drawn as if all of
    # them were trained.

    def save_own_variables(self, store):
        store["progress"] = self.progress.as_numbers()

    def load_own_variables(self, store):
        # Older .keras files have it in their config alone, from which __init__ has taken it.
        if "progress" in store:
            self.progress.restore(store["progress"])
            self.forget_traces()

    def get_weights(self) -> list[np.ndarray]:
        """The arrays of all weights, and as the last one where training stands."""
        return [*super().get_weights(), self.progress.position()]

    def set_weights(self, weights):
        """Set what ``get_weights`` gave. The optimizers begin anew.

        Raises:
            ValueError: for another number of arrays.
        """
        expected = len(self.weights) + 1
        if len(weights) != expected:
            raise ValueError(
                f"there are {len(weights)} arrays; this model expects {expected}, as get_weights gives them: "
                "all weights, and where training stands"
            )
        *weights, progress = weights
        super().set_weights(weights)
        self.progress.restore(progress)
        self.progress.phase = -1  # the optimizers belong to other weights

    def save(self, filepath, *args, **kwargs):
        """``keras.Model.save``, to a .keras file; ``sg.load`` opens it.

        Raises:
            ValueError: for another kind of file, which could not be opened again.
        """
        return super().save(keras_file(filepath), *args, **kwargs)

    def export(self, filepath, *args, **kwargs):
        """``keras.Model.export`` of the averaged generator, as far as it is trained."""
        return self.grown().export(filepath, *args, **kwargs)

    def get_config(self):
        policy = keras.saving.serialize_keras_object(self.dtype_policy)
        return {
            "name": self.name,
            "config": self.config.to_dict(),
            "progress": asdict(self.progress),
            "dtype": policy,
        }

    def get_compile_config(self):
        if not getattr(self, "generator_optimizer", None):
            return None
        return {
            "generator_optimizer": keras.saving.serialize_keras_object(self.generator_optimizer),
            "discriminator_optimizer": keras.saving.serialize_keras_object(self.discriminator_optimizer),
            "jit_compile": self.jit_compile,
            "run_eagerly": self.run_eagerly,
        }

    def compile_from_config(self, config):
        # A new optimizer has no phase; one that is restored is in the middle of its own.
        phase = self.progress.phase
        self.compile(**{name: keras.saving.deserialize_keras_object(value) for name, value in config.items()})
        self.progress.phase = phase

    def get_build_config(self):
        return None  # built by __init__

    def summary(self, print_fn=None, **kwargs):
        """Print both networks, as the paper draws them."""
        self.generator.summary(print_fn)
        self.discriminator.summary(print_fn)

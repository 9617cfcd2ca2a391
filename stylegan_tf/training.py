"""Training: one step of the two-player game, as one graph per resolution, and ``fit`` (SPEC 4, 8, 9)."""

from __future__ import annotations

import functools
from dataclasses import asdict

import keras
import numpy as np
import tensorflow as tf

from stylegan_tf import losses
from stylegan_tf.config import Config
from stylegan_tf.data.pipeline import Source, process_reals
from stylegan_tf.discriminator import Discriminator
from stylegan_tf.draws import Draw, seeded
from stylegan_tf.fitting import Progressed, fit
from stylegan_tf.generator import Generator
from stylegan_tf.growing import Schedule
from stylegan_tf.layers import register
from stylegan_tf.optimizer import FusedAdam


@register
class StyleGAN(keras.Model):
    """Generator, discriminator, averaged generator, and how they are trained.

    >>> gan = sg.StyleGAN(sg.preset("mnist32"))
    >>> gan.compile()
    >>> history = gan.fit(sg.data.load_digits(), minutes=10)
    >>> images = gan(z)                          # the averaged generator's

    Attributes:
        generator, discriminator: the two players. ema_generator: the average of the generator that makes the pictures.
        progress: images, steps, ticks and time so far. schedule: the Schedule in force.
    """

    def __init__(self, config: Config, name="stylegan", progress: dict | None = None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.config = config if isinstance(config, Config) else Config.from_dict(config)
        with seeded(self.config.seed):
            self.generator = Generator(self.config, dtype=self.dtype_policy)
            self.discriminator = Discriminator(self.config, dtype=self.dtype_policy)
            self.ema_generator = Generator(self.config, name="ema_generator", dtype=self.dtype_policy)
        for average, value in zip(self.ema_generator.weights, self.generator.weights, strict=True):
            average.assign(value)
        self.progress, self.schedule, self._steps = Progressed(**(progress or {})), Schedule(self.config), {}
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
        """
        c = self.config

        def adam(name):
            return FusedAdam(c.learning_rate, c.beta_1, c.beta_2, c.epsilon, name=name)

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

    def train_step(self, images, labels, step, alpha, ema_beta):
        """One update of D, of the averages, and of G.

        Args:
            images: uint8 (B, r, r, C), as stored. labels: (B,) class numbers of the reals, or None. D's fakes get them too
                (SPEC 8), and so do G's if it shares them; else G's own are drawn from the data set.
            step: int64, which with the seed decides every random draw. alpha: weight of the newest block.
            ema_beta: weight of the old value in the averaged generator.

        Returns:
            a dict of scalars: the losses, mean scores, R1, std of w, and whether an update was skipped.
        """
        c, resolution, batch = self.config, images.shape[1], images.shape[0]
        G, D, draw = self.generator, self.discriminator, Draw(c.seed, step)
        faded = None if resolution == 4 or resolution == self.schedule.resolutions[0] else alpha
        alpha = 1.0 if faded is None else faded
        reals = process_reals(images, alpha, draw.uniform((batch,)) < 0.5 if c.mirror else None)
        real_labels = fake_labels = tf.one_hot(labels, c.label_dim) if c.label_dim else None  # in D's step they agree (SPEC 8)

        def critic(images, labels=real_labels):
            return D(images, alpha=alpha, labels=labels)

        with tf.GradientTape() as generator_tape:  # kept for G's own update when the forward pass is shared
            fakes, w = self._fakes(batch, resolution, alpha, fake_labels, draw)
        with tf.GradientTape() as tape:
            d_loss, logs = losses.discriminator_loss(c, critic, reals, tf.stop_gradient(fakes), fake_labels, step, draw)
        skipped = self._apply(self.discriminator_optimizer, tape.gradient(d_loss, D.trainable_variables), D.trainable_variables)
        self._average(w, ema_beta)
        if c.shared_forward:
            with tf.GradientTape() as tape:
                tape.watch(fakes)
                g_loss = losses.generator_loss(c, critic(fakes, fake_labels))
            slope = tape.gradient(g_loss, fakes)
            gradients = generator_tape.gradient(fakes, G.trainable_variables, output_gradients=slope)
            g_skipped = self._apply(self.generator_optimizer, gradients, G.trainable_variables)
        else:
            fake_labels = tf.one_hot(draw.choice(self._label_pool, batch), c.label_dim) if c.label_dim else None
            with tf.GradientTape() as tape:
                fakes, w = self._fakes(batch, resolution, alpha, fake_labels, draw)
                g_loss = losses.generator_loss(c, critic(fakes, fake_labels))
            self._update_w_avg(w)
            g_skipped = self._apply(self.generator_optimizer, tape.gradient(g_loss, G.trainable_variables), G.trainable_variables)
        w_std = tf.reduce_mean(tf.math.reduce_std(tf.cast(w, tf.float32), axis=0))
        return {"d_loss": d_loss, "g_loss": g_loss, **logs, "w_std": w_std, "d_skipped": skipped, "g_skipped": g_skipped}

    def _fakes(self, batch, resolution, alpha, labels, draw):
        """Generated images of a stage and the w (B, w_dim) of their main latents, styles mixed as SPEC 4 says."""
        c, G = self.config, self.generator
        layers = 2 * c.resolutions.index(resolution) + 2  # of this stage
        w = G.mapping(draw.normal((batch, c.z_dim)), labels)
        ws = G.broadcast(w)
        if c.mixing_probability > 0:
            other = G.broadcast(G.mapping(draw.normal((batch, c.z_dim)), labels))
            crossover = draw.integer(1, layers)
            crossover = tf.where(draw.uniform(()) < c.mixing_probability, crossover, layers)
            ws = tf.where((tf.range(c.num_layers) < crossover)[:, None], ws, other)
        sides = [r for r in c.resolutions if r <= resolution for _ in range(2)]
        noise = [draw.normal((batch, r, r, 1)) for r in sides] if c.noise else "none"
        return G.synthesis(ws, resolution=resolution, alpha=alpha, noise=noise), w

    def _apply(self, optimizer, gradients, variables):
        """Update, unless a gradient is not finite (SPEC 9); returns 1.0 if it was skipped."""
        pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
        finite = tf.math.is_finite(tf.add_n([tf.reduce_sum(tf.cast(g, tf.float32)) for g, _ in pairs]))

        def update():
            optimizer.apply_gradients(pairs)
            return 0.0

        return tf.cond(finite, update, lambda: 1.0)

    def _average(self, w, beta):
        """The averaged generator follows G with a half-life of ema_kimg; everything that is not trained is copied."""
        self._update_w_avg(w)
        for average, value in zip(self.ema_generator.trainable_variables, self.generator.trainable_variables, strict=True):
            average.assign(value + (average - value) * beta)

    def _update_w_avg(self, w):
        self.generator.mapping.update_average(w, self.config.w_avg_beta)
        self.ema_generator.w_avg.assign(self.generator.w_avg)

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
            function = functools.partial(self.train_step)  # one each, else TensorFlow warns of one that is traced too often
            compiled = tf.function(function, autograph=False, jit_compile=self.jit_compile)
            self._steps[resolution] = function if self.run_eagerly else compiled
        return self._steps[resolution]

    def run_step(self, data: Source, phase, alpha: float):
        """Take the next batch at the state's position through one train step; the state moves on."""
        p = self.progress
        images, labels = data.batch(p.images, phase.batch_size, phase.resolution, self.config.seed)
        labels = None if not self.config.label_dim else tf.constant(labels)
        step, alpha = tf.constant(p.steps, tf.int64), tf.constant(alpha, tf.float32)
        ema_beta = tf.constant(self.config.ema_beta(p.images, phase.batch_size), tf.float32)
        logs = self.step_function(phase.resolution)(tf.constant(images), labels, step, alpha, ema_beta)
        p.images += phase.batch_size
        p.steps += 1
        return logs

    def fit(self, x, y=None, epochs=None, kimg=None, minutes=None, callbacks=None, verbose="auto"):
        """Train from where the model stands to the end of its schedule.

        Args:
            x: a data Source, a uint8 array (N, side, side, C), or a tf.data.Dataset of such pictures; y: class numbers (N,).
            epochs: stop after so many ticks (reports) at the latest.
            kimg: train so many thousand images more; beyond the schedule its last phase goes on.
            minutes: time box. A new model measures the speed of each stage, plans its schedule, and stops on time; one
                that has begun follows its schedule for so many minutes more.
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

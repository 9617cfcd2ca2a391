"""One step of the two-player game: an update of D, of the averages, and of G (SPEC 4, 8, 9)."""

from __future__ import annotations

import tensorflow as tf

from stylegan_tf import distribution, losses
from stylegan_tf.accumulation import mean_over_parts, part_of
from stylegan_tf.data.pipeline import process_reals
from stylegan_tf.draws import Draw


class TrainingStep:
    """``train_step`` of StyleGAN: the same on one device and on each of several, for a whole batch and for its parts."""

    def train_step(self, images, labels, step, alpha, ema_beta):
        """One update of D, of the averages, and of G.

        Under a tf.distribute strategy each replica gets its own images and labels, and the losses, gradients and w average are
        means over all of them. The minibatch deviation sees what is computed at once: a replica's part of a batch, and of
        that a part (``config.accumulate``).

        Args:
            images: uint8 (B, r, r, C), as stored. labels: (B,) class numbers of the reals, or None. D's fakes get them too
                (SPEC 8), and so do G's if it shares them; else G's own are drawn from the data set.
            step: int64, which with the seed decides every random draw. alpha: weight of the newest block.
            ema_beta: weight of the old value in the averaged generator.

        Returns:
            a dict of scalars: the losses, mean scores, R1, std of w within what is computed at once, whether an update was
            skipped, and for float16 the loss scale.
        """
        c, resolution, parts = self.config, images.shape[1], self.config.parts_at(images.shape[1])
        G, D, size = self.generator, self.discriminator, images.shape[0] // parts
        faded = None if resolution == 4 or resolution == self.schedule.resolutions[0] else alpha
        alpha = 1.0 if faded is None else faded
        (replica, replicas), scaled = distribution.place(), self.loss_scale.scaled if self.loss_scale else lambda loss: loss
        turn = {}  # what D's step leaves for G's: the count of draws; of a shared forward pass the fakes and their tape

        def critic_of(part):
            labels_of_part = tf.one_hot(part_of(labels, part, parts), c.label_dim) if c.label_dim else None
            return lambda images, labels=labels_of_part: D(images, alpha=alpha, labels=labels), labels_of_part

        def draw_of(part, count=0):
            return Draw(c.seed, step, replica + replicas * part, replicas * parts, count)

        def discriminator_turn(part):
            draw, (critic, fake_labels) = draw_of(part), critic_of(part)  # in D's step reals and fakes agree in labels (SPEC 8)
            mirror = draw.uniform((size,)) < 0.5 if c.mirror else None
            reals = process_reals(part_of(images, part, parts), alpha, mirror)
            with tf.GradientTape() as generator_tape:  # kept for G's own update when the forward pass is shared
                fakes, w = self._fakes(size, resolution, alpha, fake_labels, draw)
            with tf.GradientTape() as tape:
                loss, logs = losses.discriminator_loss(c, critic, reals, tf.stop_gradient(fakes), fake_labels, step, draw)
                goal = scaled(loss)
            turn.update(count=draw.count, fakes=fakes, tape=generator_tape, labels=fake_labels)
            return tape.gradient(goal, D.trainable_variables), _summary(w), {"d_loss": loss, **logs}

        def generator_turn(part):
            draw, (critic, _) = draw_of(part, turn["count"]), critic_of(part)
            fake_labels = tf.one_hot(draw.choice(self._label_pool, size), c.label_dim) if c.label_dim else None
            with tf.GradientTape() as tape:
                fakes, w = self._fakes(size, resolution, alpha, fake_labels, draw)
                loss = losses.generator_loss(c, critic(fakes, fake_labels))
                goal = scaled(loss)
            return tape.gradient(goal, G.trainable_variables), _summary(w), loss

        def shared_turn():
            fakes, (critic, _) = turn["fakes"], critic_of(0)
            with tf.GradientTape() as tape:
                tape.watch(fakes)
                loss = losses.generator_loss(c, critic(fakes, turn["labels"]))
                goal = scaled(loss)
            slope = tape.gradient(goal, fakes)
            return turn["tape"].gradient(fakes, G.trainable_variables, output_gradients=slope), loss

        gradients, w, logs = mean_over_parts(discriminator_turn, parts)
        d_skipped = self._apply(self.discriminator_optimizer, gradients, D.trainable_variables)
        self._average(w["mean"], ema_beta)
        if c.shared_forward:
            gradients, g_loss = shared_turn()
        else:
            gradients, w, g_loss = mean_over_parts(generator_turn, parts)
            self._update_w_avg(w["mean"])
        g_skipped = self._apply(self.generator_optimizer, gradients, G.trainable_variables)
        logs = {"d_loss": logs.pop("d_loss"), "g_loss": g_loss, **logs, "w_std": w["std"]}
        logs |= {"d_skipped": d_skipped, "g_skipped": g_skipped}
        if self.loss_scale:
            logs["loss_scale"] = tf.identity(self.loss_scale.scale)
            self.loss_scale.update(d_skipped + g_skipped > 0)
        return distribution.mean(logs)

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
        """Update with the mean over replicas, unless a gradient is not finite (SPEC 9); returns 1.0 if it was skipped."""
        pairs = [(g, v) for g, v in zip(distribution.mean(gradients), variables, strict=True) if g is not None]
        finite = tf.math.is_finite(tf.add_n([tf.reduce_sum(tf.cast(g, tf.float32)) for g, _ in pairs]))
        if self.loss_scale:
            pairs = [(g / self.loss_scale.scale, v) for g, v in pairs]

        def update():
            if distribution.place()[1] == 1:
                optimizer.apply_gradients(pairs)
            else:
                optimizer.update_replica(pairs)
            return 0.0

        return tf.cond(finite, update, lambda: 1.0)

    def _average(self, w, beta):
        """The averaged generator follows G with a half-life of ema_kimg; everything that is not trained is copied."""
        self._update_w_avg(w)
        for average, value in zip(self.ema_generator.trainable_variables, self.generator.trainable_variables, strict=True):
            distribution.assign(average, value + (average - value) * beta)

    def _update_w_avg(self, w):
        self.generator.mapping.update_average(w, self.config.w_avg_beta)
        self.ema_generator.w_avg.assign(self.generator.w_avg)


def _summary(w):
    """Mean (1, w_dim) of w (B, w_dim), and its deviation over the batch as one number."""
    w = tf.cast(w, tf.float32)
    return {"mean": tf.reduce_mean(w, axis=0, keepdims=True), "std": tf.reduce_mean(tf.math.reduce_std(w, axis=0))}

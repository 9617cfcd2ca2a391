"""A StyleGAN of 8x8 that trains in seconds, and models of it that are used by one test after another."""

import contextlib

from stylegan_tf import Config, StyleGAN
from stylegan_tf.training.loop import TrainingState

TINY = Config(
    resolution=8, channels=1, z_dim=16, w_dim=16, mapping_width=16, mapping_layers=2, fmap_base=64, fmap_max=16, batch_size=8,
    start_resolution=4, stage_kimg={4: (0, 0.04), 8: (0.04, 0.04)}, total_kimg=0.16, tick_kimg={4: 0.032, 8: 0.032},
    r1_every=2, shared_forward=True, learning_rate=0.003, ema_kimg=0.1,
)  # fmt: skip

# The command that trains such a network of digits in a second; --kimg and --out are left to say.
TRAIN_8 = [
    "train", "--quiet", "--set=resolution=8", "--set=fmap_base=32", "--set=fmap_max=8", "--set=batch_size=8",
    '--set=tick_kimg={"4":0.1,"8":0.1}',
]  # fmt: skip


def make(**changes):
    """A compiled model of TINY, as it is before training.

    Within a test, one without changes may be a model of an earlier test that was set back. Its graphs are traced
    already, which is most of what a tiny training takes.
    """
    if changes or _lent is None:
        return _new(**changes)
    model = _idle.pop() if _idle else Reusable()
    _lent.append(model)
    return model.set_back()


def _new(**changes):
    gan = StyleGAN(TINY.replace(**changes))
    gan.compile()
    return gan


class Reusable:
    """A model, and all that training changes in it, as it was at the start."""

    def __init__(self):
        self.gan = _new()
        self.variables = self.gan.variables + self.gan.optimizer_variables
        self.values = [variable.numpy() for variable in self.variables]
        self.parts = self._parts()

    def _parts(self):
        """What no test may have replaced, if another shall have the model."""
        gan = self.gan
        optimizers = (gan.generator_optimizer, gan.discriminator_optimizer)
        trainable = tuple(len(network.trainable_variables) for network in (gan.generator, gan.discriminator))
        return (
            *map(id, optimizers),
            gan.config,
            str(gan.schedule),
            gan.label_pool,
            trainable,
            gan.run_eagerly,
        )

    def is_usable(self):
        return self._parts() == self.parts and not self.gan.jit_compile

    def set_back(self):
        for variable, value in zip(self.variables, self.values, strict=True):
            variable.assign(value)
        self.gan.progress = TrainingState()
        self.gan.stop_training = False
        self.gan.history = None
        return self.gan


_idle: list[Reusable] = []
_lent: list[Reusable] | None = None  # None outside tests, and in those that change the code


@contextlib.contextmanager
def lending(is_allowed: bool):
    """A test: models that it takes by ``make`` are idle again when it ends."""
    global _lent
    _lent = [] if is_allowed else None
    try:
        yield
    finally:
        _idle.extend(model for model in _lent or [] if model.is_usable())
        del _idle[3:]  # each keeps its graphs in memory
        _lent = None


def all_weights(gan):
    return gan.get_weights()

"""For test_distribution.py: a training on the devices of arguments and TF_CONFIG. python together.py OUT
[DEVICES [KILL]]

It goes on from the last checkpoint in OUT. KILL is a step at which the second worker kills itself.
"""

import os
import signal
import sys

import stylegan_tf as sg  # before keras: TensorFlow reads the variables that it sets only once

# isort: split
import keras
import numpy as np
from support.tiny import TINY

from stylegan_tf.runs.recording import SaveRun
from stylegan_tf.training import distribution

# Two orders of summation differ by rounding, and a new StyleGAN enlarges it: Adam makes a full step of the
# smallest gradient, and a constant of ones has no variance, so that its norm multiplies by 10,000. A larger
# epsilon and a constant as after some training (below) leave rounding as small as it is.
CONFIG = TINY.replace(
    batch_size=16, epsilon=0.01, shared_forward=False, mirror=True, r1_every=1, label_dim=10,
    stage_kimg={4: (0, 0.08), 8: (0.08, 0.16)}, total_kimg=0.32, tick_kimg={4: 0.064, 8: 0.064},
)  # fmt: skip


class Steps(keras.callbacks.Callback):
    """Keeps the scalars of each step in ``rows``; may kill its process."""

    def __init__(self, kill=None):
        super().__init__()
        self.rows, self.kill = [], kill

    def on_train_batch_end(self, batch, logs=None):
        self.rows.append(dict(logs))
        if batch == self.kill:
            os.kill(os.getpid(), signal.SIGKILL)


def pictures():
    digits = sg.data.load_digits()
    return sg.data.Images(digits.level(8)[:256], digits.labels[:256], name="digits")


def train(strategy=None, run=None, kill=None, **changes):
    """A model of CONFIG after its 20 steps, and the scalars of those taken here."""
    steps = Steps(kill)
    with (strategy or distribution.strategy_for()).scope():
        gan = sg.StyleGAN(CONFIG.replace(**changes))
    for network in (gan.generator, gan.ema_generator):
        constant = network.synthesis.blocks[4].input_layer.constant
        constant.assign(np.random.default_rng(0).standard_normal(constant.shape))
    gan.compile()
    history = run.resume(gan) if run else None
    gan.fit(pictures(), verbose=0, callbacks=[steps, *([SaveRun(run, history)] if run else [])])
    return gan, steps.rows


if __name__ == "__main__":
    out, devices, kill = [*sys.argv[1:], "", ""][:3]
    strategy = distribution.strategy_for(devices=devices.split(",") if devices else None)
    second = distribution.workers(strategy) > 1 and not distribution.is_chief(strategy)
    train(strategy, sg.Run(out), int(kill) if kill and second else None)

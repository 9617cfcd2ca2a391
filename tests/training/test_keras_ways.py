"""StyleGAN with Keras's own callbacks, optimizers and ways of saving, as a Keras user expects them."""

import keras
import numpy as np
import pytest
from support.tiny import TINY, all_weights, make

from stylegan_tf import Generator, StyleGAN, data, latents, load
from stylegan_tf.data import Images
from stylegan_tf.runs.run import Run
from stylegan_tf.training.loop import TrainingState


@pytest.fixture(scope="module")
def digits():
    whole = data.load_digits()
    return Images(whole.level(8)[:512], whole.labels[:512], name="digits")


class Rates(keras.callbacks.Callback):
    """The rates of both players after each step."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        optimizers = (self.model.generator_optimizer, self.model.discriminator_optimizer)
        self.seen.append(tuple(float(optimizer.learning_rate) for optimizer in optimizers))


class Crash(keras.callbacks.Callback):
    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise RuntimeError("the power went out")


# Where training stands travels with the weights


def test_backup_and_restore_goes_on_bit_for_bit(digits, tmp_path):
    whole, broken, restored = make(), make(), make()
    whole.fit(digits, verbose=0)
    backup = [keras.callbacks.BackupAndRestore(tmp_path / "backup"), Crash(3)]
    with pytest.raises(RuntimeError):
        broken.fit(digits, verbose=0, callbacks=backup)
    restored.fit(digits, verbose=0, callbacks=[keras.callbacks.BackupAndRestore(tmp_path / "backup")])
    for a, b in zip(all_weights(whole), all_weights(restored), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("way", ["set_weights", "load_weights"])
def test_restored_weights_are_drawn_at_their_stage(digits, tmp_path, way):
    young, other = make(), make(seed=1)
    young.fit(digits, epochs=1, verbose=0)
    assert young.stage()["resolution"] == 4
    if way == "set_weights":
        other.set_weights(young.get_weights())
    else:
        young.save_weights(tmp_path / "x.weights.h5")
        other.load_weights(tmp_path / "x.weights.h5")
    assert other.stage() == young.stage()
    z = latents.from_seeds([0, 1], TINY.z_dim)
    np.testing.assert_array_equal(other(z, noise="fixed"), young(z, noise="fixed"))


def test_best_weights_come_back_with_their_place(digits):
    gan = make()
    stop = keras.callbacks.EarlyStopping(monitor="kimg", mode="min", patience=2, restore_best_weights=True)
    gan.fit(digits, verbose=0, callbacks=[stop])
    assert gan.progress.images == round(1000 * 0.032), "the first tick is the best, by this strange measure"
    gan.fit(digits, verbose=0)
    assert gan.progress.images == 160


def test_weights_without_their_stage_are_refused(digits):
    gan = make()
    gan.fit(digits, epochs=1, verbose=0)
    with pytest.raises(ValueError, match="where training stands"):
        make().set_weights([v.numpy() for v in gan.weights])


def test_a_state_as_numbers_comes_back():
    state = TrainingState(
        images=2**40 + 1, steps=3, ticks=2, tick_start=7, phase=-1, seconds=0.5, minutes=None
    )
    other = TrainingState(minutes=3.0)
    other.restore(state.as_numbers())
    assert other == state


# Two optimizers


def test_a_rate_that_a_callback_sets_reaches_both(digits):
    rates = Rates()
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: 1e-5 if epoch == 3 else rate)
    make().fit(digits, verbose=0, callbacks=[schedule, rates])
    assert all(g == d for g, d in rates.seen)
    assert rates.seen[12] == pytest.approx((1e-5, 1e-5)) and rates.seen[11] == pytest.approx((0.003, 0.003))


@pytest.mark.parametrize("settings", [{}, {"decay_kimg": 0.1}])
def test_the_generator_may_have_a_rate_of_its_own(digits, settings):
    """In every phase of growing, while the rate falls, and where a callback sets it."""
    rates = Rates()
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: 1e-5 if epoch == 3 else rate)
    make(generator_lr=2.5, **settings).fit(digits, verbose=0, callbacks=[schedule, rates])
    assert len(rates.seen) == 20
    assert [g for g, _ in rates.seen] == pytest.approx([2.5 * d for _, d in rates.seen])


def test_the_first_step_of_the_generator_is_as_long_as_its_rate(digits):
    """Adam's first step moves every weight by the rate, whatever its gradient."""

    def longest_step(generator_lr):
        gan = make(generator_lr=generator_lr)
        before = [v.numpy() for v in gan.generator.trainable_variables]
        gan.fit(digits, verbose=0, kimg=0.008)
        assert gan.progress.steps == 1
        after = [v.numpy() for v in gan.generator.trainable_variables]
        return max(np.abs(a - b).max() for a, b in zip(before, after, strict=True))

    # Weights of the mapping network are about 100, where float32 has steps of 8e-6: 0.3 % of a rate of 0.003.
    assert longest_step(3.0) == pytest.approx(3 * longest_step(1.0), rel=0.01)


def test_a_plateau_lowers_both_rates(digits):
    rates = Rates()
    plateau = keras.callbacks.ReduceLROnPlateau(
        monitor="kimg", mode="min", patience=1, factor=0.5, min_delta=0
    )
    make().fit(digits, verbose=0, callbacks=[plateau, rates])
    assert all(g == d for g, d in rates.seen) and rates.seen[-1][0] < 0.003


def optimizer_of(kind):
    if kind == "shared":
        optimizer = keras.optimizers.Adam()
        return optimizer, optimizer
    if kind == "with a schedule":
        return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, 10)), None
    if kind == "used":
        used = make().generator_optimizer
        return used, None
    return 0.001, None


@pytest.mark.parametrize(
    "kind, message",
    [
        ("shared", "one optimizer is given for both networks; make two"),
        ("with a schedule", "learning-rate schedule"),
        ("used", "has been used already"),
        ("a number", "of type float; give a keras.optimizers.Optimizer"),
    ],
)
def test_an_optimizer_that_cannot_work_is_refused_by_compile(kind, message):
    with pytest.raises(ValueError, match=message):
        StyleGAN(TINY).compile(*optimizer_of(kind))


def test_optimizers_may_be_given_by_name(digits):
    gan = StyleGAN(TINY)
    gan.compile("rmsprop", "rmsprop")
    assert gan.generator_optimizer is not gan.discriminator_optimizer
    gan.fit(digits, epochs=1, verbose=0)


# What fit takes


@pytest.mark.parametrize("length", [dict(kimg=0), dict(minutes=0), dict(kimg=-1), dict(kimg=float("nan"))])
def test_a_length_of_nothing_is_refused(digits, length):
    gan = make()
    with pytest.raises(ValueError, match="give a number above 0, or leave it out"):
        gan.fit(digits, verbose=0, **length)
    assert gan.progress.images == 0


def test_no_epochs_train_nothing(digits):
    gan = make()
    gan.fit(digits, epochs=0, verbose=0)
    assert gan.progress.images == 0


def test_one_callback_needs_no_list(digits):
    rates = Rates()
    make().fit(digits, epochs=1, verbose=0, callbacks=rates)
    assert rates.seen


def test_after_the_end_fit_says_how_to_go_on(digits, capsys):
    gan = make()
    gan.fit(digits, verbose=0)
    gan.fit(digits, verbose=2)
    assert "fit(..., kimg=10)" in capsys.readouterr().out
    gan.fit(digits, kimg=0.016, verbose=0)
    assert gan.progress.images == 176


def test_a_frozen_mapping_network_stays_and_the_rest_learns(digits):
    gan = StyleGAN(TINY)
    gan.generator.mapping.trainable = False
    gan.compile()
    before = gan.generator.get_weights()
    gan.fit(digits, epochs=1, verbose=0)
    mapping = {v.path for v in gan.generator.mapping.weights} - {gan.generator.w_avg.path}
    changed = {
        v.path for v, old in zip(gan.generator.weights, before, strict=True) if not np.array_equal(v, old)
    }
    assert changed and not changed & mapping


# Precision and saving


def test_a_run_opens_by_its_own_precision(digits, tmp_path):
    gan = make()
    gan.fit(digits, epochs=1, verbose=0)
    run = Run(tmp_path / "x")
    run.describe(gan.config, dataset="x", command="x")
    run.save(gan)
    policy = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy("mixed_float16")
        opened = load(run.path)
        keras.config.set_dtype_policy("float64")
        load(run.path)
        with pytest.raises(ValueError, match="give float32 as dtype"):
            StyleGAN(TINY)
    finally:
        keras.config.set_dtype_policy(policy)
    assert opened.config.precision == "float32" and opened.generator.compute_dtype == "float32"


def test_a_model_is_not_written_where_it_could_not_be_read(tmp_path):
    with pytest.raises(ValueError, match=r"x\.h5 does not end in \.keras"):
        make().save(tmp_path / "x.h5")
    assert not list(tmp_path.iterdir())


# A StyleGAN where a Generator is meant


def test_a_finished_model_is_taken_for_its_averaged_generator(digits):
    gan = make()
    gan.fit(digits, verbose=0)
    z, w = latents.sample(gan, 3)
    np.testing.assert_array_equal(w, latents.sample(gan.ema_generator, 3)[1])
    ws = gan.broadcast(gan.mapping(z))
    np.testing.assert_array_equal(
        gan.synthesis(ws, noise="fixed"), gan.ema_generator.synthesis(ws, noise="fixed")
    )


def test_a_growing_model_says_what_to_give(digits):
    gan = make()
    gan.fit(digits, epochs=1, verbose=0)
    with pytest.raises(ValueError, match=r"still growing, at 4x4 of 8x8.*gan\.grown\(\)"):
        latents.sample(gan, 3)
    assert isinstance(make().ema_generator, Generator)

import gc
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
from support.tiny import TINY, Reusable, all_weights, make
from tensorflow.python.framework.func_graph import FuncGraph

from stylegan_tf import ABLATIONS, StyleGAN, data
from stylegan_tf.data import Images
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.metrics import fid
from stylegan_tf.metrics.batches import draw_images
from stylegan_tf.training import loop, step, time_box
from stylegan_tf.training.callbacks import NaNGuard
from stylegan_tf.training.random_draws import Draw


@pytest.fixture(scope="module")
def digits():
    whole = data.load_digits()
    return Images(whole.level(8)[:512], whole.labels[:512], name="digits")


def one_step(gan, digits, phase=-1):
    return {k: float(v) for k, v in gan.run_step(digits, gan.schedule.phases[phase], 1.0).items()}


def test_fit_reports_each_tick_and_ends_with_the_schedule(digits):
    gan = make()
    history = gan.fit(digits, verbose=0)
    assert isinstance(history, keras.callbacks.History)
    assert history.history["kimg"][-1] * 1000 == gan.progress.images == 160
    assert history.history["resolution"] == [4, 8, 8, 8, 8]
    assert history.history["alpha"][1] == pytest.approx(
        (64 - 8 - 40) / 40
    )  # of the last step's batch, in the fade
    assert gan.progress.steps == 20


def test_a_model_that_is_set_back_trains_as_a_new_one(digits):
    """What ``make`` gives to one test after another."""
    used = Reusable()
    used.gan.fit(digits, epochs=1, verbose=0)
    new, again = make(seed=TINY.seed), used.set_back()
    for gan in (new, again):
        gan.fit(digits, epochs=2, verbose=0)
    for a, b in zip(all_weights(new), all_weights(again), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(new.optimizer_variables, again.optimizer_variables, strict=True):
        np.testing.assert_array_equal(a, b)


def test_fit_goes_on_where_it_stood(digits):
    whole, parts = make(), make()
    whole.fit(digits, verbose=0)
    parts.fit(digits, epochs=2, verbose=0)
    assert parts.progress.ticks == 2
    parts.fit(digits, verbose=0)
    for a, b in zip(all_weights(whole), all_weights(parts), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_trained_model_leaves_no_graph_behind(digits):
    """Whoever trains one model after another in a process keeps the memory of one."""

    def graphs():
        gc.collect()
        return sum(isinstance(thing, FuncGraph) for thing in gc.get_objects())

    before = graphs()
    gan = make(seed=1)  # one that no other test uses
    gan.fit(digits, epochs=1, verbose=0)
    assert graphs() > before
    del gan
    assert graphs() <= before


def test_decay_sets_the_rate_of_both_optimizers(digits):
    """The last step is taken after 152 of 160 images: 8 of 80 are left."""
    gan = make(decay_kimg=0.08)
    gan.fit(digits, verbose=0)
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(TINY.learning_rate * 8 / 80)


def test_another_seed_is_another_run(digits):
    first, second = make(seed=0), make(seed=1)
    kernels = [gan.generator.mapping.dense[0].kernel.numpy() for gan in (first, second)]
    assert not np.array_equal(*kernels)


def test_draws_depend_on_seed_step_and_place_only():
    def draws(seed, step):
        draw = Draw(seed, tf.constant(step, tf.int64))
        return np.stack([draw.normal((4,)), draw.normal((4,)), draw.uniform((4,))])

    np.testing.assert_array_equal(draws(1, 5), draws(1, 5))
    assert not np.allclose(draws(1, 5), draws(1, 6)) and not np.allclose(draws(1, 5), draws(2, 5))
    assert not np.allclose(draws(1, 5)[0], draws(1, 5)[1])


def test_average_follows_the_generator_by_its_half_life(digits):
    gan = make()
    one_step(gan, digits)
    before, average = [[v.numpy() for v in m.trainable_variables] for m in (gan.generator, gan.ema_generator)]
    one_step(gan, digits)
    beta = 0.5 ** (8 / (1000 * TINY.ema_kimg))
    for value, old, new in zip(before, average, gan.ema_generator.trainable_variables, strict=True):
        np.testing.assert_allclose(
            new.numpy(), value + (old - value) * beta, rtol=0, atol=1e-5 * max(1, np.abs(value).max())
        )


def test_w_average_is_shared_with_the_averaged_generator(digits):
    gan = make()
    one_step(gan, digits)
    assert np.abs(gan.generator.w_avg.numpy()).max() > 0
    np.testing.assert_array_equal(gan.generator.w_avg.numpy(), gan.ema_generator.w_avg.numpy())


def test_non_finite_step_is_skipped_and_repeated_ones_stop(digits):
    gan = make()
    before = gan.discriminator.head.dense0.kernel.numpy()
    gan.discriminator.head.dense1.bias.assign([np.nan])
    weights = all_weights(gan.discriminator)
    logs = one_step(gan, digits)
    assert logs["d_skipped"] == 1 and logs["g_skipped"] == 1
    np.testing.assert_array_equal(before, gan.discriminator.head.dense0.kernel.numpy())
    with pytest.raises(FloatingPointError, match="3 of the last 3 steps"):
        gan.fit(digits, verbose=0, callbacks=[NaNGuard(limit=3)])
    for a, b in zip(weights, all_weights(gan.discriminator), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_penalty_that_is_not_finite_only_each_second_step_stops_too(digits):
    """Lazy R1 with a weight that overflows: the steps between are sound, and training is going nowhere."""
    gan = make(r1_gamma=1e38, r1_every=2)
    with pytest.raises(FloatingPointError, match=r"in 3 of the last [56] steps"):
        gan.fit(digits, verbose=0, callbacks=[NaNGuard(limit=3)])


def test_lazy_r1_acts_on_every_second_step(digits):
    gan = make()
    assert one_step(gan, digits)["penalty"] > 0
    assert one_step(gan, digits)["penalty"] == 0
    assert one_step(gan, digits)["penalty"] > 0


@pytest.mark.parametrize("name", ABLATIONS)
def test_each_configuration_of_table_1_trains_all_its_parts(name, digits):
    gan = make(
        **{
            **ABLATIONS[name],
            "shared_forward": False,
            "mapping_layers": ABLATIONS[name].get("mapping_layers", 1),
        }
    )
    before = [[v.numpy() for v in m.trainable_variables] for m in (gan.generator, gan.discriminator)]
    for _ in range(2):
        logs = one_step(gan, digits)
    assert np.isfinite(list(logs.values())).all() and logs["d_skipped"] == logs["g_skipped"] == 0
    for model, old in zip((gan.generator, gan.discriminator), before, strict=True):
        for value, variable in zip(old, model.trainable_variables, strict=True):
            unused = "rgb4" in variable.path  # alpha is 1: the old branch has no gradient
            assert unused or not np.array_equal(value, variable.numpy()), f"{variable.path} did not move"


def test_labels_reach_both_networks(digits):
    gan = make(label_dim=10)
    loop.take_data(gan, digits)
    before = gan.generator.mapping.embedding.numpy()
    one_step(gan, digits)
    assert not np.array_equal(before, gan.generator.mapping.embedding.numpy())


def test_fakes_of_the_discriminators_step_have_the_labels_of_the_reals(digits, monkeypatch):
    """As in the official loss.py; in the generator's step they are drawn from the training set."""
    gan, seen = make(label_dim=10, shared_forward=False), []
    loop.take_data(gan, digits)
    draw_fakes = step.draw_fakes

    def watched(gan, part, labels):
        seen.append(np.array(labels).argmax(axis=1))
        return draw_fakes(gan, part, labels)

    monkeypatch.setattr(step, "draw_fakes", watched)
    images, labels = digits.batch(0, 8, 8, seed=0)
    now, beta = tf.constant(0, tf.int64), tf.constant(0.9)
    step.train_step(gan, tf.constant(images), tf.constant(labels), now, tf.constant(1.0), beta)
    np.testing.assert_array_equal(seen[0], labels)
    assert not np.array_equal(seen[1], labels)


def test_time_box_ends_by_the_clock(digits, monkeypatch):
    """A clock that counts its readings: training must stop within a step of the box, and the plan must fill
    it.
    """
    gan, readings = make(), iter(range(10**9))
    monkeypatch.setattr(time, "perf_counter", lambda: 0.05 * next(readings))
    gan.fit(digits, minutes=1.0, verbose=0)
    assert 60 <= gan.progress.seconds < 60.5
    assert gan.schedule.total_images > TINY.total_kimg * 1000
    assert gan.progress.images == pytest.approx(gan.schedule.total_images, rel=0.5)


def test_planning_leaves_the_training_state_alone(digits, monkeypatch):
    planned, plain = make(), make()
    readings = iter(range(10**9))
    monkeypatch.setattr(
        time, "perf_counter", lambda: 0.05 * next(readings)
    )  # however long measuring takes here
    time_box.plan_time_box(planned, digits, minutes=1.0, verbose=0)
    for a, b in zip(all_weights(planned), all_weights(plain), strict=True):
        np.testing.assert_array_equal(a, b)
    assert planned.progress.steps == planned.progress.images == 0


def test_a_time_box_shorter_than_its_measuring_is_refused(digits, monkeypatch):
    gan, readings = make(), iter(range(10**9))
    monkeypatch.setattr(time, "perf_counter", lambda: 5.0 * next(readings))
    with pytest.raises(
        ValueError, match=r"took .* of the 0.5 minutes, more than half; give minutes=[\d.]+ or more, or kimg"
    ):
        gan.fit(digits, minutes=0.5, verbose=0)
    assert gan.progress.images == 0 and gan.progress.minutes is None


def test_minutes_and_kimg_together_are_refused(digits):
    with pytest.raises(ValueError, match="kimg = 1 and minutes = 2 are both given"):
        make().fit(digits, kimg=1, minutes=2, verbose=0)


def test_training_goes_on_after_a_time_box(digits, monkeypatch):
    """By so many images, or by so many minutes more."""
    gan, readings = make(), iter(range(10**9))
    monkeypatch.setattr(time, "perf_counter", lambda: 0.05 * next(readings))
    gan.fit(digits, minutes=0.5, verbose=0)
    images, seconds = gan.progress.images, gan.progress.seconds
    gan.fit(digits, kimg=0.04, verbose=0)
    assert images + 40 <= gan.progress.images < images + 40 + 8
    seconds = gan.progress.seconds
    gan.fit(digits, minutes=0.1, verbose=0)
    assert seconds + 6 <= gan.progress.seconds < seconds + 6.5


def test_the_rate_falls_to_the_end_of_a_time_box_not_of_its_plan(digits, monkeypatch):
    """A machine that turns out faster than planned must not spend the rest of its time at rate 0."""
    gan, rates = make(decay_kimg=0.5 * TINY.total_kimg), []
    readings = iter(range(10**9))
    monkeypatch.setattr(time, "perf_counter", lambda: 0.05 * next(readings))
    monkeypatch.setattr(loop, "set_learning_rate", lambda gan, rate: rates.append(rate))
    monkeypatch.setattr(time_box, "measure_speed", lambda gan, data, seconds: dict.fromkeys((4, 8), 10.0))
    gan.fit(digits, minutes=0.5, verbose=0)
    assert gan.progress.images > 2 * gan.schedule.total_images
    assert 0 < rates[-1] < 0.01 * rates[0] and rates == sorted(rates, reverse=True)


def test_a_callback_may_stop_before_the_first_step(digits):
    class Stop(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.stop_training = True

    gan = make()
    assert gan.fit(digits, callbacks=[Stop()], verbose=0).history == {}
    assert gan.progress.images == 0


def test_a_tick_has_a_step_even_if_it_is_overdue(digits):
    """Left behind by an interrupted tick that was longer."""
    gan = make()
    gan.progress.tick_start = -(10**6)
    history = gan.fit(digits, epochs=1, verbose=0).history
    assert gan.progress.steps == 1 and np.isfinite(history["d_loss"]).all()


def test_a_tick_without_lazy_r1_has_no_penalty(digits):
    gan = make(r1_every=4, batch_sizes={}, tick_kimg={4: 0.008, 8: 0.008})
    history = gan.fit(digits, epochs=5, verbose=0).history
    assert np.isnan(history["penalty"]).tolist() == [False, True, True, True, False]


def test_the_penalty_of_wgan_gp_is_never_lazy(digits):
    """It is computed, and reported, in every step, whatever ``r1_every`` says."""
    gan = make(loss="wgan-gp", r1_every=4)
    assert all(one_step(gan, digits)["penalty"] > 0 for _ in range(4))
    history = gan.fit(digits, verbose=0).history
    assert np.isfinite(history["penalty"]).all()


def test_callbacks_are_told_what_keras_tells_them(digits):
    class Watch(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.seen = dict(self.params)

    watch, gan = Watch(), make()
    history = gan.fit(digits, epochs=1, callbacks=keras.callbacks.CallbackList([watch], model=gan), verbose=0)
    assert watch.seen == {"verbose": 0, "epochs": 1, "steps": None} and watch.model is gan
    assert len(history.history["kimg"]) == 1


def test_a_second_data_set_gives_its_own_labels(digits):
    """The traces hold the labels that G's fakes are drawn from: they are made anew."""
    gan = make(label_dim=10, shared_forward=False)
    loop.take_data(gan, digits)
    one_step(gan, digits)
    first = gan.traced_step(8)
    loop.take_data(gan, digits)
    assert gan.traced_step(8) is first
    loop.take_data(gan, data.Images(digits.images, digits.labels[::-1]))
    assert gan.traced_step(8) is not first


def test_a_new_optimizer_takes_the_rate_of_the_phase(digits):
    gan = make(learning_rates={4: 0.25, 8: 0.5})
    gan.fit(digits, epochs=1, verbose=0)
    gan.compile()
    gan.fit(digits, epochs=1, verbose=0)
    assert (
        float(gan.generator_optimizer.learning_rate)
        == gan.schedule.phase_at(gan.progress.images).learning_rate
    )


def test_a_growing_model_draws_what_it_has_learned(digits):
    gan, z = make(), np.zeros((1, 16), "float32") + 0.5
    assert gan(z).shape == (1, 8, 8, 1)  # untrained: the whole network
    gan.fit(digits, epochs=1, verbose=0)
    assert gan.schedule.phase_at(gan.progress.images).resolution == 4
    assert gan(z).shape == (1, 4, 4, 1) and gan(z, resolution=8).shape == (1, 8, 8, 1)
    with pytest.raises(ValueError, match="only 4x4 has been trained"):
        gan.grown()
    gan.fit(digits, verbose=0)
    assert gan(z).shape == (1, 8, 8, 1) and gan.grown() is gan.ema_generator


@pytest.mark.parametrize(
    "changes, images, message",
    [
        ({"channels": 3}, (20, 8, 8, 1), "1 channels; this model expects 3"),
        ({"resolution": 16}, (20, 8, 8, 1), "side 8; this model expects 16"),
        ({"label_dim": 3}, (20, 8, 8, 1), "labels are none"),
    ],
)
def test_unfit_data_are_refused_before_training(changes, images, message):
    with pytest.raises(ValueError, match=message):
        make(**changes).fit(np.zeros(images, "uint8"), verbose=0)


def test_fit_wants_compile_first(digits):
    with pytest.raises(ValueError, match="call compile"):
        StyleGAN(TINY).fit(digits, verbose=0)


def test_training_converges_on_small_digits(digits):
    """A yardstick, not a picture: the Frechet distance of raw 8x8 pixels falls far below the untrained
    network's.
    """
    gan = make(
        fmap_base=128, fmap_max=32, batch_size=32, stage_kimg={4: (0, 2), 8: (1, 11)}, total_kimg=14, tick_kimg={}, ema_kimg=1.0,
        batch_sizes={}, learning_rate=0.004,
    )  # fmt: skip
    real = to_unit_range(digits.images).reshape(512, -1)

    def distance():
        return fid(draw_images(gan.ema_generator, 512, seed=3).reshape(512, -1), real)

    untrained = distance()
    gan.fit(digits, verbose=0)
    assert distance() < 0.15 * untrained


@pytest.mark.parametrize("own", [False, True], ids=["adam", "optimizers of the user"])
def test_saved_model_is_the_same_model(tmp_path, digits, own):
    """Also where it stands: trained on, the twins stay equal, bit for bit."""
    gan = make()
    if own:
        gan.compile(
            keras.optimizers.RMSprop(0.01), keras.optimizers.SGD(0.02, momentum=0.9), run_eagerly=False
        )
    gan.fit(digits, epochs=5, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert loaded.config == gan.config and loaded.progress == gan.progress and loaded.progress.phase > 0
    assert type(loaded.generator_optimizer) is type(gan.generator_optimizer)
    z = np.random.default_rng(0).standard_normal((3, 16)).astype("float32")
    np.testing.assert_array_equal(loaded(z, noise="fixed"), gan(z, noise="fixed"))
    for model in (gan, loaded):
        model.fit(digits, epochs=2, verbose=0)
    for a, b in zip(all_weights(gan), all_weights(loaded), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_that_is_not_compiled_is_saved_too(tmp_path):
    gan = StyleGAN(TINY)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    for a, b in zip(all_weights(gan), all_weights(loaded), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_dtype_policy_reaches_the_networks():
    gan = StyleGAN(TINY, dtype="mixed_float16")
    assert {m.dtype_policy.name for m in (gan.generator, gan.discriminator, gan.ema_generator)} == {
        "mixed_float16"
    }


def test_summary_shows_both_networks():
    lines = []
    make().summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert "4x4 constant" in text and "8x8 from RGB" in text

import json
from functools import partial
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from support.helpers import SMALL, assert_close_to_max, claim

from stylegan_tf import Config, StyleGAN
from stylegan_tf.training import loop
from stylegan_tf.training.average import average_generator, average_w
from stylegan_tf.training.optimizer import FusedAdam, update_if_finite
from stylegan_tf.training.schedule import Phase

RATE, BETA_1, BETA_2, EPSILON = 0.002, 0.0, 0.99, 1e-8  # of golden_training


@pytest.fixture(scope="module")
def training(golden):
    return golden("training")


@pytest.fixture(scope="module")
def gan():
    gan = StyleGAN(
        SMALL.replace(
            resolution=8, fmap_max=4, fmap_base=16, z_dim=4, w_dim=4, mapping_layers=1, mapping_width=4
        )
    )
    gan.compile()
    return gan


def adam(variables, rate=RATE):
    optimizer = FusedAdam(rate, BETA_1, BETA_2, EPSILON)
    optimizer.build(variables)
    return optimizer


# The official numbers


def play_golden(training, gan):
    """Weights after each of the five golden steps; before step index 3 a new phase begins, which resets the
    state.
    """
    weight, unused = keras.Variable(training["inputs/adam_w0"]), keras.Variable([0.0])
    optimizer, after = adam([weight]), []
    run = SimpleNamespace(
        generator_optimizer=optimizer, discriminator_optimizer=adam([unused]), progress=SimpleNamespace()
    )
    run.config = gan.config
    run.schedule = SimpleNamespace(phases=[None, Phase(8, False, 0, 1, 4, RATE)])
    run.optimizer_variables = optimizer.variables + run.discriminator_optimizer.variables
    run.initial_optimizer_values = [v.numpy() for v in run.optimizer_variables]
    for i, gradient in enumerate(training["inputs/adam_grads"]):
        if i == 3:
            loop.begin_phase(run, 1)
        assert update_if_finite(optimizer, [tf.constant(gradient)], [weight]) == 0.0
        after.append(np.asarray(weight))
    return np.stack(after), optimizer, weight


@pytest.mark.parametrize("key", claim("training", "adam_trajectory_reset_before_step3"))
def test_trajectory_equals_official(training, gan, key):
    after, _, _ = play_golden(training, gan)
    np.testing.assert_allclose(after, training[f"outputs/{key}"], rtol=1e-6)


@pytest.mark.parametrize("key", claim("training", "adam_after_nan_gradient"))
@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
def test_a_step_with_a_gradient_that_is_not_finite_is_skipped(training, gan, key, poison):
    _, optimizer, weight = play_golden(training, gan)
    state = [np.asarray(v) for v in optimizer.variables]
    assert update_if_finite(optimizer, [tf.constant([1.0, poison, 1.0, 1.0])], [weight]) == 1.0
    np.testing.assert_allclose(weight, training[f"outputs/{key}"], rtol=1e-6)
    assert all(np.array_equal(a, b) for a, b in zip(state, optimizer.variables, strict=True))


@pytest.mark.parametrize("key", claim("training", "ema_beta/*"))
def test_weight_of_the_average_equals_official(training, key):
    beta = Config().ema_beta(images=10**6, batch=int(key.split("_")[-1]))
    np.testing.assert_allclose(beta, training[f"outputs/{key}"], rtol=1e-6)


@pytest.mark.parametrize("key", claim("training", "ema_step_minibatch_64"))
def test_a_step_of_the_average_equals_official(training, gan, key):
    average, value = (g.trainable_variables[0] for g in (gan.ema_generator, gan.generator))
    old, new = (np.resize(training[f"inputs/ema_{name}"], average.shape) for name in ("old", "new"))
    average.assign(old)
    value.assign(new)
    average_generator(gan, Config().ema_beta(images=10**6, batch=64))
    assert_close_to_max(average, np.resize(training[f"outputs/{key}"], average.shape), 1e-6)


# Independent references


def test_the_centre_of_w_follows_its_mean_in_both_generators(gan):
    w = np.random.default_rng(0).normal(size=(4, gan.config.w_dim)).astype("float32")
    before = gan.generator.w_avg.numpy()
    average_w(gan, w)
    expected = w.mean(axis=0) + (before - w.mean(axis=0)) * gan.config.w_avg_beta
    np.testing.assert_allclose(gan.generator.w_avg, expected, rtol=1e-6)
    np.testing.assert_array_equal(gan.ema_generator.w_avg, gan.generator.w_avg)
    assert np.abs(expected - before).max() > 0


@pytest.mark.parametrize("beta_1", [0.0, 0.5])
def test_fused_update_equals_that_of_keras(beta_1):
    rng = np.random.default_rng(0)
    start, gradients = (
        rng.normal(size=(4, 3)).astype("float32"),
        rng.normal(size=(20, 4, 3)).astype("float32"),
    )
    ours, theirs = keras.Variable(start), keras.Variable(start)
    fused = FusedAdam(RATE, beta_1, BETA_2, EPSILON)
    plain = keras.optimizers.Adam(RATE, beta_1, BETA_2, EPSILON)
    for g in gradients:
        fused.apply_gradients([(tf.constant(g), ours)])
        plain.apply_gradients([(tf.constant(g), theirs)])
    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-7)
    for a, b in zip(fused.variables, plain.variables, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-12)


def test_first_step_has_the_size_of_the_learning_rate_whatever_the_gradient():
    for size in (1e-3, 1.0, 1e6):
        weight = keras.Variable([0.0])
        adam([weight]).apply_gradients([(tf.constant([size]), weight)])
        np.testing.assert_allclose(weight, [-RATE], rtol=1e-4)


def test_updates_inside_a_graph_equal_eager_ones():
    gradients = tf.constant(np.random.default_rng(0).normal(size=(6, 3)).astype("float32"))
    results = []
    for compiled in (False, True):
        weight = keras.Variable(np.ones(3, "float32"))
        step = partial(one_step, adam([weight]), weight)
        step = tf.function(step) if compiled else step
        for g in gradients:
            step(g)
        results.append(np.asarray(weight))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-6)


def one_step(optimizer, weight, gradient):
    optimizer.apply_gradients([(gradient, weight)])


def test_a_new_phase_resets_both_optimizers_and_sets_their_rate(gan):
    for optimizer, network in (
        (gan.generator_optimizer, gan.generator),
        (gan.discriminator_optimizer, gan.discriminator),
    ):
        optimizer.apply_gradients([(tf.ones_like(v), v) for v in network.trainable_variables])
        assert int(optimizer.iterations) == 1
    gan.schedule.phases[0] = Phase(8, False, 0, 1000, 4, 0.0625)
    loop.begin_phase(gan, 0)
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert int(optimizer.iterations) == 0
        assert float(optimizer.learning_rate) == 0.0625
        assert not any(np.any(v) for v in optimizer.variables if "learning_rate" not in v.path)


def test_a_new_phase_sets_an_optimizer_of_the_user_back_to_its_own_start(gan):
    """Not every optimizer starts from zeros: Nadam's running product is 1."""
    gan.compile(keras.optimizers.Nadam(0.5), keras.optimizers.SGD(0.5, momentum=0.9))
    start = [v.numpy() for v in gan.optimizer_variables]
    assert any((value == 1).all() and value.dtype.kind == "f" for value in start)
    gan.generator_optimizer.apply_gradients([(tf.ones_like(v), v) for v in gan.generator.trainable_variables])
    loop.begin_phase(gan, 0)
    for before, variable in zip(start, gan.optimizer_variables, strict=True):
        if "learning_rate" not in variable.path:
            np.testing.assert_array_equal(variable.numpy(), before)


def test_config_survives_json():
    optimizer = FusedAdam(RATE, BETA_1, BETA_2, EPSILON)
    written = json.loads(json.dumps(keras.saving.serialize_keras_object(optimizer)))
    twin = keras.saving.deserialize_keras_object(written)
    assert type(twin) is FusedAdam
    assert twin.get_config() == optimizer.get_config()

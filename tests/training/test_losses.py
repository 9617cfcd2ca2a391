import json

import numpy as np
import pytest
import tensorflow as tf
from support.helpers import (
    PUBLIC,
    assert_close_to_max,
    assert_relative,
    claim,
    lod_of,
    nhwc,
    shrink,
    stage,
    weights,
)

from stylegan_tf import Discriminator, latents, losses, official


@pytest.fixture(scope="module")
def public(golden):
    return golden("public")


@pytest.fixture(scope="module")
def computed(public, public_generator, public_discriminator):
    """lod -> (loss terms, {function: gradients by official name}), with the terms that training adds up."""
    found = {}

    def get(lod):
        if lod not in found:
            found[lod] = _play(public, public_generator, public_discriminator, lod)
        return found[lod]

    return get


def _play(public, G, D, lod):
    resolution, alpha = stage(lod, PUBLIC.resolution)
    scale = PUBLIC.penalty_scale(
        resolution
    )  # official penalties are taken of the image enlarged to full size
    reals = tf.constant(shrink(nhwc(public["inputs/reals"]), PUBLIC.resolution // resolution))
    t = nhwc(public["inputs/gp_mixing_factors"])

    def critic(images):
        return D(images, alpha=alpha)

    def generate(mixed=False):
        ws = G.broadcast(G.mapping(public["inputs/loss_z"]))
        if mixed:
            ws = latents.mix(
                ws, G.broadcast(G.mapping(public["inputs/loss_z2"])), range(2, PUBLIC.num_layers)
            )
        return G.synthesis(ws, resolution=resolution, alpha=alpha, noise="fixed")

    G.run_eagerly = D.run_eagerly = True
    fakes = generate()
    with tf.GradientTape(persistent=True) as tape:
        fake_scores = critic(fakes)
        penalty, real_scores = losses.r1_penalty(critic, reals)
        logistic = losses.discriminator_logistic(real_scores, fake_scores)
        logistic = logistic + 0.5 * PUBLIC.r1_gamma_at(resolution) * penalty
        gp, lengths = losses.gradient_penalty(critic, reals, fakes, t, scale)
        wgan = losses.discriminator_wgan(real_scores, fake_scores) + 10.0 * gp
        means = {
            "D_logistic_simplegp": tf.reduce_mean(logistic),
            "r1_penalty_only": tf.reduce_mean(scale**2 * penalty),
            "D_wgan_gp": tf.reduce_mean(wgan),
        }
    gradients = {name: _by_name(tape, mean, D) for name, mean in means.items()}
    with tf.GradientTape() as tape:
        saturating = losses.generator_logistic(critic(generate()))
        mean = tf.reduce_mean(saturating)
    gradients["G_logistic_nonsaturating"] = _by_name(tape, mean, G)
    terms = {
        "D_logistic_simplegp/loss": logistic,
        "D_logistic_simplegp/r1_penalty": scale**2 * penalty,
        "D_logistic_simplegp/scores_real": real_scores,
        "D_logistic_simplegp/scores_fake": fake_scores,
        "D_wgan_gp/loss": wgan,
        "D_wgan_gp/mixed_norms": lengths,
        "D_wgan_gp/scores_mixed": critic(reals + (fakes - reals) * t),
        "G_logistic_nonsaturating/loss": saturating,
        "G_logistic_nonsaturating/loss_mixing_cutoff2": losses.generator_logistic(
            critic(generate(mixed=True))
        ),
        "G_wgan/loss": losses.generator_wgan(fake_scores),
        "D_hinge/loss": losses.hinge_discriminator(real_scores, fake_scores),
    }
    terms |= {f"{name}_mean": tf.reduce_mean(term) for name, term in terms.items() if "loss" in name}
    G.run_eagerly = D.run_eagerly = False
    return terms, gradients


def _by_name(tape, loss, network):
    """Gradients in the official layout; a block that this stage does not use has gradient zero."""
    entries = [e for e in official.entries(network) if e.variable.trainable]
    variables = [e.variable.value for e in entries]
    gradients = tape.gradient(loss, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return {e.name: e.to_official(g) for e, g in zip(entries, gradients, strict=True)}


# The official numbers


@pytest.mark.parametrize("key", claim("public", "loss/*/loss*", "loss/*/r1_penalty", "loss/*/mixed_norms"))
def test_losses_and_penalties_equal_official(public, computed, key):
    terms, _ = computed(lod_of(key))
    assert_relative(terms[key.split("/", 2)[2]], public[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("public", "loss/*/epsilon_penalty"))
def test_drift_penalties_equal_official(public, key):
    """Squares of scores, some near zero: in float32 they are off by 1e-4 (the official ones by 5e-5), so in
    float64.
    """
    D = Discriminator(PUBLIC, dtype="float64")
    official.assign(D, weights("public", "D"))
    D.run_eagerly = True
    resolution, alpha = stage(lod_of(key), PUBLIC.resolution)
    scores = D(shrink(nhwc(public["inputs/reals"]), PUBLIC.resolution // resolution), alpha=alpha)
    drift = losses.discriminator_wgan(scores, scores, drift=1.0)  # nothing else is left of the loss
    assert_relative(drift[:, None], public[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("public", "loss/*/scores_*"))
def test_scores_inside_the_losses_equal_official(public, computed, key):
    terms, _ = computed(lod_of(key))
    assert_close_to_max(terms[key.split("/", 2)[2]], public[f"outputs/{key}"])


@pytest.mark.parametrize("key", [k for k in claim("public", "grads/lod_*") if not k.endswith("_norms")])
def test_gradients_equal_official(public, computed, key):
    _, _, function, name = key.split("/", 3)
    _, gradients = computed(lod_of(key))
    assert_close_to_max(gradients[function][name], public[f"outputs/{key}"], 5e-4)


@pytest.mark.parametrize("key", claim("public", "grads/lod_*/_norms"))
def test_gradient_norm_of_every_variable_equals_official(public, computed, key):
    """Each within 5e-4 of itself; those of unused blocks are exactly 0."""
    function = key.split("/")[2]
    _, gradients = computed(lod_of(key))
    names = json.loads(
        str(public["outputs/grads/names_G" if function.startswith("G_") else "outputs/grads/names_D"])
    )
    assert set(names) == set(gradients[function])
    norms = np.array([np.linalg.norm(gradients[function][name]) for name in names])
    expected = public[f"outputs/{key}"]
    np.testing.assert_allclose(norms, expected, rtol=5e-4, atol=1e-6 * expected.max())
    np.testing.assert_array_equal(norms[expected == 0] < 1e-6 * expected.max(), True)


claim("public", "grads/names_?")  # read by the test above


def test_gradients_in_a_graph_equal_the_eager_ones(public, public_discriminator, computed):
    """Training runs as a graph, which TensorFlow rewrites."""
    D, resolution = public_discriminator, 16
    reals = tf.constant(shrink(nhwc(public["inputs/reals"]), 2))

    @tf.function(autograph=False)
    def gradients(reals):
        with tf.GradientTape() as tape:
            penalty, _ = losses.r1_penalty(lambda images: D(images, alpha=0.5), reals)
            mean = tf.reduce_mean(PUBLIC.penalty_scale(resolution) ** 2 * penalty)
        return _by_name_in_graph(tape, mean, D)

    def _by_name_in_graph(tape, mean, network):
        entries = [e for e in official.entries(network) if e.layout == "same" and e.name.endswith("weight")]
        slopes = tape.gradient(mean, [e.variable.value for e in entries])
        return {e.name: g for e, g in zip(entries, slopes, strict=True) if g is not None}

    _, eager = computed(1.5)
    found = gradients(reals)
    assert "16x16/Conv0/weight" in found
    for name, gradient in found.items():
        assert_close_to_max(gradient, eager["r1_penalty_only"][name], 1e-5)


# Independent references


def test_logistic_losses_are_cross_entropies():
    real, fake = np.array([[2.0], [-1.0]], "float32"), np.array([[0.5], [3.0]], "float32")

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    expected = -np.log(sigmoid(real)) - np.log(1 - sigmoid(fake))
    np.testing.assert_allclose(losses.discriminator_logistic(real, fake), expected[:, 0], rtol=1e-5)
    np.testing.assert_allclose(losses.generator_logistic(fake), -np.log(sigmoid(fake))[:, 0], rtol=1e-5)


def test_logistic_losses_stay_finite_at_large_scores():
    real, fake = np.array([[-1e4]], "float32"), np.array([[1e4]], "float32")
    np.testing.assert_allclose(losses.discriminator_logistic(real, fake), [2e4])
    np.testing.assert_allclose(losses.generator_logistic(-fake), [1e4])


def test_every_loss_is_one_number_per_image():
    scores = np.zeros((5, 1), "float32")
    for loss in (losses.generator_logistic(scores), losses.generator_wgan(scores), losses.discriminator_logistic(scores, scores),
                 losses.discriminator_wgan(scores, scores), losses.hinge_discriminator(scores, scores)):  # fmt: skip
        assert loss.shape == (5,)


def squares(images):
    """A critic with a known gradient: the score is the sum of squares, so the gradient is 2 x."""
    return tf.reduce_sum(tf.square(images), axis=(1, 2, 3))[:, None]


def test_r1_is_the_squared_length_of_the_gradient():
    x = tf.constant(np.random.default_rng(0).normal(size=(3, 4, 4, 2)).astype("float32"))
    penalty, scores = losses.r1_penalty(squares, x)
    np.testing.assert_allclose(penalty, 4 * np.square(x).sum(axis=(1, 2, 3)), rtol=1e-5)
    np.testing.assert_array_equal(scores, squares(x))


def test_gradient_penalty_is_taken_between_real_and_fake():
    rng = np.random.default_rng(0)
    real, fake = (tf.constant(rng.normal(size=(2, 4, 4, 1)).astype("float32")) for _ in range(2))
    t = np.array([0.0, 0.75], "float32").reshape(2, 1, 1, 1)
    penalty, length = losses.gradient_penalty(squares, real, fake, t)
    mixed = np.asarray(real) * (1 - t) + np.asarray(fake) * t
    expected = 2 * np.sqrt(np.square(mixed).sum(axis=(1, 2, 3)))
    np.testing.assert_allclose(length, expected, rtol=1e-5)
    np.testing.assert_allclose(penalty, (expected - 1) ** 2, rtol=1e-5)


def test_penalties_can_be_differentiated_again():
    """d/da of |gradient of a x^2|^2 = d/da of 4 a^2 x^2 = 8 a x^2."""
    a, x = tf.Variable(3.0), tf.constant(np.full((1, 1, 1, 1), 2.0, "float32"))
    with tf.GradientTape() as tape:
        penalty, _ = losses.r1_penalty(lambda images: a * squares(images), x)
    np.testing.assert_allclose(tape.gradient(penalty, a), 8 * 3.0 * 4.0, rtol=1e-6)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_penalties_on_enlarged_images_are_smaller_by_the_official_factors(k):
    """R1 by 4^k and the norm by 2^k, where the critic averages the enlarged image back.

    See docs/exactness.md, R1 and its gradient.
    """
    x = np.random.default_rng(0).normal(size=(2, 4, 4, 1)).astype("float32")
    enlarged = tf.constant(x.repeat(2**k, 1).repeat(2**k, 2))

    def on_enlarged(images):
        return squares(tf.nn.avg_pool2d(images, 2**k, 2**k, "VALID"))

    config = PUBLIC.replace(r1_gamma=1.0)
    resolution = PUBLIC.resolution // 2**k
    native, _ = losses.r1_penalty(squares, tf.constant(x))
    full, _ = losses.r1_penalty(on_enlarged, enlarged)
    np.testing.assert_allclose(full, native * config.r1_gamma_at(resolution), rtol=1e-5)
    t = np.zeros((2, 1, 1, 1), "float32")
    _, scaled = losses.gradient_penalty(
        squares, tf.constant(x), tf.constant(x), t, config.penalty_scale(resolution)
    )
    _, length = losses.gradient_penalty(on_enlarged, enlarged, enlarged, t)
    np.testing.assert_allclose(length, scaled, rtol=1e-5)

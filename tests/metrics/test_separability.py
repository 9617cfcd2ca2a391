import numpy as np
import pytest
from support.helpers import assert_close_to_max, assert_relative, claim

from stylegan_tf.metrics import linear_separability
from stylegan_tf.metrics.batches import with_attributes
from stylegan_tf.metrics.separability import conditional_entropy, entropy, most_confident


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def logistic(x):
    return 1 / (1 + np.exp(-x))


# The official numbers


@pytest.fixture(scope="module")
def predictions(golden):
    """P(attribute) (400, 5) of the stored predictions."""
    return golden("ls")["outputs/ls/predictions"][:, :, 0].T


@pytest.fixture(scope="module")
def both(golden, predictions):
    return {
        name: linear_separability(golden("ls")[f"inputs/ls/{name}"], predictions)
        for name in ("latents", "dlatents")
    }


@pytest.mark.parametrize("key", claim("ls", "ls/predictions"))
def test_stored_predictions_are_the_softmax_of_the_logits(golden, predictions, key):
    logits = golden("ls")["inputs/ls/logits"]
    expected = golden("ls")[f"outputs/{key}"]
    np.testing.assert_allclose(predictions, logistic(2 * logits.astype("float64")), atol=1e-6)
    np.testing.assert_allclose(expected.sum(axis=2), 1, atol=1e-6)


@pytest.mark.parametrize("key", claim("ls", "ls/score_[wz]:f64"))
def test_score_equals_official(golden, both, key):
    assert_relative(
        both["latents" if "_z" in key else "dlatents"].score, golden("ls")[f"outputs/{key}"], 1e-5
    )


@pytest.mark.parametrize("key", claim("ls", "ls/conditional_entropy:f64"))
def test_conditional_entropies_equal_official(golden, both, key):
    """One official entry is 4e-8 where ours is 0: rounding there."""
    found = np.stack([both[name].conditional_entropies for name in ("latents", "dlatents")], axis=1)
    np.testing.assert_allclose(found, golden("ls")[f"outputs/{key}"], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("key", claim("ls", "ls/contingency:f64"))
def test_contingency_equals_official(golden, both, key):
    found = np.stack([both[name].contingency for name in ("latents", "dlatents")], axis=1)
    assert_close_to_max(found, golden("ls")[f"outputs/{key}"], 1e-12)


@pytest.mark.parametrize("key", claim("ls", "ls/svm_fitted"))
def test_one_class_alone_is_not_fitted_as_official(golden, both, key):
    fitted = np.stack(
        [np.isfinite(both[name].normals).all(axis=1) for name in ("latents", "dlatents")], axis=1
    )
    np.testing.assert_array_equal(fitted.ravel(), golden("ls")[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("ls", "ls_entropy/*"))
def test_entropies_equal_official(golden, key):
    table = np.array(
        [float(x) for x in key.removeprefix("ls_entropy/").removesuffix(":f64").split("_")]
    ).reshape(2, 2)
    shares = table / table.sum()
    left = conditional_entropy(table)
    known = entropy(shares.sum(axis=0)) - left
    np.testing.assert_allclose(
        [entropy(shares), known, left], golden("ls")[f"outputs/{key}"], rtol=1e-5, atol=1e-7
    )


@pytest.mark.parametrize("attribute", range(5))
def test_the_surest_half_is_the_official_one_in_its_order(golden, predictions, attribute):
    both_sides = golden("ls")["outputs/ls/predictions"][attribute]
    expected = np.argsort(-both_sides.max(axis=1), kind="stable")[:200]
    np.testing.assert_array_equal(most_confident(predictions[:, attribute])[:200], expected)


# Independent references


def test_equally_sure_samples_keep_their_order():
    p = np.float32([0.5, 1, 0, 1 - 1e-9, 0.9, 1e-20])
    np.testing.assert_array_equal(most_confident(p), [1, 2, 3, 5, 4, 0])


def test_straight_attributes_score_one_and_give_back_their_directions():
    z, directions = draw(2000, 6), np.linalg.qr(draw(6, 3, seed=1))[0].T
    found = linear_separability(z, logistic(20 * z @ directions.T))
    assert found.score == pytest.approx(1, abs=0.02)
    np.testing.assert_allclose(np.sum(found.normals * directions, axis=1), 1, atol=0.01)
    np.testing.assert_allclose(found.angles, np.where(np.eye(3), 0, 90), atol=6)
    assert found.kept == 1000 and (found.accuracies > 0.99).all()
    np.testing.assert_allclose(found.shares, 0.5, atol=0.06)


def test_an_attribute_that_no_plane_tells_leaves_all_its_entropy():
    """Its sign is that of a product: both sides of any plane look alike.

    Two such attributes cost two bits.
    """
    z = draw(8000, 4)
    found = linear_separability(z, logistic(5 * np.stack([z[:, 0] * z[:, 1], z[:, 2] * z[:, 3]], axis=1)))
    np.testing.assert_allclose(found.conditional_entropies, 1, atol=0.02)
    assert found.score == pytest.approx(4, abs=0.1)


def test_standard_error_is_the_spread_over_fresh_samples():
    """One noisy attribute; the hyperplane hardly moves."""
    results = []
    for seed in range(40):
        z = draw(600, 2, seed=seed)
        flips = np.random.default_rng([seed, 1]).random(600) < 0.2
        p = np.where((z[:, 0] > 0) ^ flips, 0.9, 0.1)[:, None]
        results.append(linear_separability(z, p, keep=1.0))
    spread = np.std([r.score for r in results], ddof=1)
    assert np.mean([r.standard_error for r in results]) == pytest.approx(spread, rel=0.35)
    assert np.mean([r.standard_errors[0] for r in results]) > 0.01


def test_result_is_that_of_the_seed():
    z, p = draw(100, 3), logistic(draw(100, 2, seed=1))
    one, other = linear_separability(z, p, seed=1), linear_separability(z, p, seed=2)
    assert one.standard_error == linear_separability(z, p, seed=1).standard_error != other.standard_error
    assert one.score == other.score


@pytest.mark.parametrize(
    ("latents", "probabilities", "keep", "message"),
    [
        (draw(9, 2), draw(8, 1) * 0, 0.5, r"latents have shape \(9, 2\) and probabilities \(8, 1\)"),
        (draw(9, 2), draw(9) * 0, 0.5, "expected is"),
        (draw(9, 2), draw(9, 1) * 0 + 1.5, 0.5, "outside"),
        (draw(9, 2), draw(9, 1) * np.nan, 0.5, "outside"),
        (draw(9, 2), draw(9, 1) * 0, 0.1, "keeps 0"),
        (draw(9, 2), draw(9, 1) * 0, 1.5, "give a share"),
    ],
)
def test_what_cannot_be_measured_is_told(latents, probabilities, keep, message):
    with pytest.raises(ValueError, match=message):
        linear_separability(latents, probabilities, keep)


def test_samples_come_with_the_latents_that_made_them(public_generator):
    G = public_generator
    z, w, p = with_attributes(G, lambda x: np.asarray(x)[:, 3, 4], 5, seed=2, batch_size=2, noise="none")
    np.testing.assert_allclose(
        w, G.mapping(z), atol=1e-5
    )  # batches of 2 and of 5 are summed in another order
    np.testing.assert_allclose(p, np.asarray(G.synthesis(G.broadcast(w), noise="none"))[:, 3, 4], atol=1e-5)
    assert (z.shape, w.shape, p.shape) == ((5, 64), (5, 64), (5, 1))

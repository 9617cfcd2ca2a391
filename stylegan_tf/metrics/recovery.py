"""Can factors be read off the latents, and does a generator fill a hole of its data? (paper section 4)"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from stylegan_tf.latents.directions import scikit_learn


def factor_recovery(
    latents, factors: Mapping[str, np.ndarray], neighbours: int = 10, held_out: float = 0.25, seed: int = 0
) -> dict[str, dict[str, float]]:
    """How well each factor is predicted from latents: R^2 on held-out latents, by a straight line and by the
    nearest ones.

    A factor that the nearest neighbours tell and the line does not is there, but bent: the latent space is
    warped. With few latents in many dimensions neighbours are far, and the line wins.

    Args:
        latents: (N, D), z or w. z is best scaled to length 1, as the mapping network does.
        factors: name -> (N,). neighbours: of the k-nearest-neighbours mean. held_out: share of the latents
            kept for R^2.

    Returns:
        name -> {"linear", "neighbours"}, 1 perfect, 0 no better than the mean, negative worse.

    Raises:
        ValueError: for lengths that differ, values that are not finite, or too few latents. ImportError:
            without scikit-learn.
    """
    models, near, score = (
        scikit_learn("linear_model"),
        scikit_learn("neighbors"),
        scikit_learn("metrics").r2_score,
    )
    latents = np.asarray(latents, "float64")
    test, train = np.split(
        np.random.default_rng(seed).permutation(len(latents)), [round(held_out * len(latents))]
    )
    if len(train) <= latents.shape[1] + 1 or len(train) < neighbours or len(test) < 2:
        raise ValueError(
            f"{len(latents)} latents leave {len(train)} to learn from and {len(test)} to test; "
            f"more than {max(latents.shape[1] + 1, neighbours)} and 2 are needed"
        )
    found = {}
    for name, values in factors.items():
        values = np.asarray(values, "float64")
        if values.shape != (len(latents),) or not np.isfinite(values).all():
            raise ValueError(
                f"factor {name} has shape {values.shape}; wanted are {len(latents)} finite numbers"
            )
        line = models.LinearRegression().fit(latents[train], values[train])
        nearest = near.KNeighborsRegressor(neighbours).fit(latents[train], values[train])
        guesses = {"linear": line.predict(latents[test]), "neighbours": nearest.predict(latents[test])}
        found[name] = {kind: float(score(values[test], guess)) for kind, guess in guesses.items()}
    return found


def combination_share(
    readings: Mapping[str, np.ndarray], combination: Mapping[str, int | tuple[float, float]]
) -> dict[str, float]:
    """How often images show a combination of factors, for instance one that was removed from the data.

    Args:
        readings: factor -> (N,) numbers, or (N, K) class probabilities: the largest is the class.
        combination: factor -> (low, high), both included; or a class number where the reading is of classes.

    Returns:
        ``share`` of the images in the combination, its ``standard_error``, and ``independent``: the share if
        the factors were independent, the product of each one's own share. share / independent near 1 says
        that the hole was filled.

    Raises:
        ValueError: for an empty combination, an unknown factor, or a value of the wrong kind.
    """
    if not combination:
        raise ValueError("combination is empty; name factors and their values")
    inside = []
    for name, wanted in combination.items():
        if name not in readings:
            raise ValueError(f"there is no factor '{name}'; the readings have {', '.join(readings)}")
        values = np.asarray(readings[name])
        if (values.ndim == 2) != isinstance(wanted, (int, np.integer)):
            form = "a class number" if values.ndim == 2 else "(low, high)"
            raise ValueError(f"the combination has {name} = {wanted!r}; wanted is {form}")
        inside.append(
            values.argmax(axis=1) == wanted
            if values.ndim == 2
            else (wanted[0] <= values) & (values <= wanted[1])
        )
    share, count = float(np.all(inside, axis=0).mean()), len(inside[0])
    return {
        "share": share,
        "standard_error": float(np.sqrt(share * (1 - share) / count)),
        "independent": float(np.prod([i.mean() for i in inside])),
    }

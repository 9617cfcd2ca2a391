"""Can factors be read off the latents, and does a generator fill a hole of its data? (paper section 4)"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from stylegan_tf.latents.directions import scikit_learn


def factor_recovery(
    latents, factors: Mapping[str, np.ndarray], neighbours: int = 10, held_out: float = 0.25, seed: int = 0
) -> dict[str, dict[str, float]]:
    """How well a straight line, and how well the nearest neighbours, predict each factor from latents.

    Both are measured by R^2 on held-out latents. A factor that the nearest neighbours tell and the line does
    not is there, but bent: the latent space is warped. With few latents in many dimensions neighbours are
    far, and the line wins.

    Args:
        latents: (N, D), z or w. z is best scaled to length 1, as the mapping network does.
        factors: name -> (N,).
        neighbours: k of the k-nearest-neighbours mean.
        held_out: share of the latents kept for R^2, 0 to 1.
        seed: of the split.

    Returns:
        name -> {"linear", "neighbours"}, 1 perfect, 0 no better than the mean, negative worse.

    Raises:
        ValueError: for lengths that differ, values that are not finite, or too few latents.
        ImportError: without scikit-learn.
    """
    linear_model = scikit_learn("linear_model")
    neighbours_model = scikit_learn("neighbors")
    r2_score = scikit_learn("metrics").r2_score

    # Latents to learn from, and latents to test with.
    latents = np.asarray(latents, "float64")
    order = np.random.default_rng(seed).permutation(len(latents))
    test, train = np.split(order, [round(held_out * len(latents))])
    if len(train) <= latents.shape[1] + 1 or len(train) < neighbours or len(test) < 2:
        raise ValueError(
            f"{len(latents)} latents leave {len(train)} to learn from and {len(test)} to test; "
            f"more than {max(latents.shape[1] + 1, neighbours)} and 2 are needed"
        )

    # Both models, for one factor after the other.
    found = {}
    for name, values in factors.items():
        values = np.asarray(values, "float64")
        if values.shape != (len(latents),) or not np.isfinite(values).all():
            raise ValueError(
                f"factor {name} has shape {values.shape}; expected are {len(latents)} finite numbers"
            )
        line = linear_model.LinearRegression().fit(latents[train], values[train])
        nearest = neighbours_model.KNeighborsRegressor(neighbours).fit(latents[train], values[train])
        found[name] = {
            "linear": float(r2_score(values[test], line.predict(latents[test]))),
            "neighbours": float(r2_score(values[test], nearest.predict(latents[test]))),
        }
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

    # Which images are inside, by one factor at a time.
    inside = []
    for name, value in combination.items():
        if name not in readings:
            raise ValueError(f"there is no factor '{name}'; the readings have {', '.join(readings)}")
        values = np.asarray(readings[name])
        has_classes = values.ndim == 2
        if has_classes != isinstance(value, (int, np.integer)):
            form = "a class number" if has_classes else "(low, high)"
            raise ValueError(f"the combination has {name} = {value!r}; expected is {form}")
        if has_classes:
            inside.append(values.argmax(axis=1) == value)
        else:
            low, high = value
            inside.append((low <= values) & (values <= high))

    # All factors together, and as if they were independent.
    count = len(inside[0])
    share = float(np.all(inside, axis=0).mean())
    return {
        "share": share,
        "standard_error": float(np.sqrt(share * (1 - share) / count)),
        "independent": float(np.prod([rows.mean() for rows in inside])),
    }

"""Directions of attributes in a latent space: finding them, and freeing one from others (lesson 14)."""

from __future__ import annotations

import warnings

import numpy as np

METHODS = ("means", "balanced", "regression", "svm", "logistic")


class Direction(np.ndarray):
    """A unit vector (D,) in a latent space.

    Attributes:
        deviation: the standard deviation of the latents along it, which is the unit of ``latents.move``.
    """

    def __new__(cls, vector, deviation: float):
        vector = np.asarray(vector, "float64")
        self = (vector / np.linalg.norm(vector)).astype("float32").view(cls)
        self.deviation = float(deviation)
        return self

    def __array_wrap__(self, array, context=None, return_scalar=False):
        # What is computed from a direction is an ordinary array, or an ordinary number.
        return array[()] if return_scalar else array


def direction(latents, attribute, method: str = "means", others=None) -> Direction:
    """The direction in which an attribute grows, from latents and what their images show.

    Args:
        latents: (N, D), all z or all w.
        attribute: (N,) booleans (or 0 and 1), or numbers for ``regression``.
        method: one of

            - ``means``: mean of the latents with the attribute minus mean of those without.
            - ``balanced``: the same within each cell of ``others`` (latents that agree in all of them),
              averaged over the cells.
            - ``regression``: least squares of the latents on the attribute and ``others`` together; the
              attribute's slopes.
            - ``svm``: normal of the linear support vector machine that separates the two classes. It needs
              scikit-learn.
            - ``logistic``: normal of the logistic regression. It needs scikit-learn.
        others: (N,) or (N, K), other attributes to hold still. ``balanced`` needs them with few values, such
            as booleans; ``regression`` takes any numbers. Where the attribute is correlated with others,
            ``means`` mixes them in; these two do not.

    Returns:
        a unit vector (D,) with ``.deviation``. Means and slopes answer "how do latents with more of it
        differ?", the normals answer "what tells it best?". The two agree where the latents spread evenly in
        all directions.

    Raises:
        ValueError: for shapes that differ, values that are not finite, one class only, or a method that does
            not fit.
        ImportError: if scikit-learn is missing where it is needed.
    """
    latents = np.asarray(latents, "float64")
    attribute = np.asarray(attribute)
    _check_shapes(latents, attribute, method)
    if others is not None:
        others = np.asarray(others, "float64").reshape(len(latents), -1)
    _check_values(latents, attribute, others)
    _check_others(others, method)

    # The vector, of whatever length; a Direction has length 1.
    if method == "regression":
        vector = _slopes(latents, attribute.astype("float64"), others)
    else:
        vector = _FIND[method](latents, _two_classes(attribute, method), others)
    if not np.linalg.norm(vector) > 1e-12 * np.linalg.norm(latents):
        raise ValueError("the attribute does not change the latents at all: there is no direction")
    return Direction(vector, _deviation_along(vector, latents))


def _check_shapes(latents, attribute, method):
    if latents.ndim != 2 or attribute.shape != (len(latents),):
        raise ValueError(
            f"latents have shape {latents.shape} and attribute {attribute.shape}; "
            "the shapes must be (N, D) and (N,)"
        )
    if method not in METHODS:
        raise ValueError(f"there is no method '{method}'; choose from {', '.join(METHODS)}")


def _check_values(latents, attribute, others):
    for name, values in {"latents": latents, "attribute": attribute, "others": others}.items():
        if values is not None and not np.isfinite(values).all():
            bad = len(np.argwhere(~np.isfinite(values)))
            raise ValueError(f"{name} has {bad} values that are not finite; leave those latents out")


def _check_others(others, method):
    is_missing = others is None and method == "balanced"
    is_useless = others is not None and method not in ("balanced", "regression")
    if is_missing or is_useless:
        given = "no others" if others is None else "others"
        raise ValueError(
            f"method '{method}' was given {given}; "
            "balanced needs them, regression may have them, the rest do not"
        )


def _deviation_along(vector, latents) -> float:
    """Standard deviation of latents (N, D) along a vector (D,) of any length."""
    return np.std(latents @ (vector / np.linalg.norm(vector)))


def _two_classes(attribute, method):
    """The attribute as booleans (N,), if it has two classes."""
    values = np.unique(attribute)
    if not np.isin(values, (0, 1)).all():
        hint = "compare it with a threshold, such as attribute > np.median(attribute), or choose regression"
        raise ValueError(f"method '{method}' needs booleans, and attribute has {len(values)} values; {hint}")
    if len(values) < 2:
        raise ValueError(
            f"all {len(attribute)} latents have attribute {bool(values[0])}; both classes are needed"
        )
    return attribute.astype(bool)


def _means(latents, attribute, others=None):
    return latents[attribute].mean(axis=0) - latents[~attribute].mean(axis=0)


def _balanced(latents, attribute, others):
    # A cell has all latents that agree in every one of the others. It counts if it has both classes.
    _, cells = np.unique(others, axis=0, return_inverse=True)
    cells = cells.reshape(-1)  # (N,)
    members = [cells == cell for cell in range(cells.max() + 1)]
    usable = [m for m in members if 0 < attribute[m].sum() < m.sum()]

    # Some may be left out, but not most.
    left_out = len(latents) - sum(m.sum() for m in usable)
    if 2 * left_out > len(latents):
        raise ValueError(
            f"{left_out} of {len(latents)} latents are in cells of others with one class only; "
            "others need few values (compare numbers with thresholds), "
            "and latents with and without the attribute in each cell"
        )
    if left_out:
        empty = len(members) - len(usable)
        warnings.warn(
            f"{empty} of {len(members)} cells have one class only: {left_out} latents are left out",
            stacklevel=4,
        )

    return np.mean([_means(latents[m], attribute[m]) for m in usable], axis=0)


def _slopes(latents, attribute, others):
    # The columns of the design: the attribute, the others, a constant.
    columns = [attribute[:, None]]
    if others is not None:
        columns.append(others)
    columns.append(np.ones((len(latents), 1)))
    design = np.concatenate(columns, axis=1)  # (N, K + 2)

    slopes, _, rank, _ = np.linalg.lstsq(design, latents, rcond=None)  # (K + 2, D)
    if rank < design.shape[1]:
        raise ValueError(
            "the attribute, or one of others, is constant or follows from the rest: "
            "its part cannot be told apart"
        )
    return slopes[0]


def _svm(latents, attribute, others=None):
    return _normal(scikit_learn("svm").LinearSVC(dual=False), latents, attribute)


def _logistic(latents, attribute, others=None):
    return _normal(scikit_learn("linear_model").LogisticRegression(max_iter=1000), latents, attribute)


def _normal(model, latents, attribute):
    # One scale for all dimensions leaves directions as they are, and suits the usual regularisation.
    scaled = (latents - latents.mean(axis=0)) / latents.std()
    return model.fit(scaled, attribute).coef_[0]


_FIND = {"means": _means, "balanced": _balanced, "svm": _svm, "logistic": _logistic}


def scikit_learn(part: str):
    """A module of scikit-learn, such as ``svm``.

    Raises:
        ImportError: if scikit-learn is not installed; the message says how to install it.
    """
    import importlib

    try:
        return importlib.import_module(f"sklearn.{part}")
    except ImportError as error:
        raise ImportError(
            "this needs scikit-learn: pip install scikit-learn (the extra 'course' has it)"
        ) from error


def conditional(direction, others, latents) -> Direction:
    """What is left of a direction when its parts along others are taken away (Gram-Schmidt).

    Moving along the result leaves the others where they are.

    Args:
        direction: (D,).
        others: a list of directions (D,).
        latents: (N, D), for the deviation along the result.

    Raises:
        ValueError: if nothing is left.
    """
    basis, _ = np.linalg.qr(np.stack([np.asarray(o, "float64") for o in others], axis=1))  # (D, K)
    vector = np.asarray(direction, "float64")
    rest = vector - basis @ (basis.T @ vector)
    if np.linalg.norm(rest) < 1e-6 * np.linalg.norm(vector):
        raise ValueError(f"the direction lies in the span of the {len(others)} others: nothing of it is left")
    return Direction(rest, _deviation_along(rest, np.asarray(latents, "float64")))

"""Directions of attributes in a latent space: how to find them, how to free one from others (lesson 14)."""

from __future__ import annotations

import warnings

import numpy as np

METHODS = ("means", "balanced", "regression", "svm", "logistic")


class Direction(np.ndarray):
    """A unit vector (D,) with ``deviation``, the standard deviation of the latents along it: the unit of
    ``latents.move``.
    """

    def __new__(cls, vector, deviation: float):
        vector = np.asarray(vector, "float64")
        self = (vector / np.linalg.norm(vector)).astype("float32").view(cls)
        self.deviation = float(deviation)
        return self

    def __array_wrap__(self, array, context=None, return_scalar=False):
        return array[()] if return_scalar else array  # what is computed from a direction is an ordinary array


def direction(latents, attribute, method: str = "means", others=None) -> Direction:
    """The direction in which an attribute grows, from latents and what their images show.

    Args:
        latents: (N, D), all z or all w.
        attribute: (N,) booleans (or 0 and 1), or numbers for ``regression``.
        method:
            ``means``: mean of the latents with the attribute minus mean of those without.
            ``balanced``: the same within each cell of ``others`` (latents that agree in all of them),
            averaged over the cells.
            ``regression``: least squares of the latents on the attribute and ``others`` together; the
            attribute's slopes.
            ``svm``: normal of the linear support vector machine that separates the two classes.
            ``logistic``: normal of the logistic regression. Both need scikit-learn.
        others: (N,) or (N, K), other attributes to hold still: ``balanced`` wants few values, such as
            booleans; ``regression`` takes any numbers. Where the attribute is correlated with others,
            ``means`` mixes them in; these two do not.

    Returns:
        a unit vector (D,) with ``.deviation``. Means and slopes answer "how do latents with more of it
        differ?", the normals "what tells it best?"; the two agree where the latents spread evenly in all
        directions.

    Raises:
        ValueError: for shapes that differ, values that are not finite, one class only, or a method that does
            not fit.
        ImportError: if scikit-learn is missing where it is needed.
    """
    latents, attribute = np.asarray(latents, "float64"), np.asarray(attribute)
    if latents.ndim != 2 or attribute.shape != (len(latents),):
        raise ValueError(
            f"latents have shape {latents.shape} and attribute {attribute.shape}; wanted are (N, D) and (N,)"
        )
    if method not in METHODS:
        raise ValueError(f"there is no method '{method}'; choose from {', '.join(METHODS)}")
    others = None if others is None else np.asarray(others, "float64").reshape(len(latents), -1)
    for name, values in {"latents": latents, "attribute": attribute, "others": others}.items():
        if values is not None and not np.isfinite(values).all():
            bad = len(np.argwhere(~np.isfinite(values)))
            raise ValueError(f"{name} has {bad} values that are not finite; leave those latents out")
    needed, possible = method == "balanced", method in ("balanced", "regression")
    if (others is None and needed) or (others is not None and not possible):
        given = "no others" if others is None else "others"
        raise ValueError(
            f"method '{method}' was given {given}; balanced needs them, regression may have them, the rest do not"
        )
    if method == "regression":
        vector = _slopes(latents, attribute.astype("float64"), others)
    else:
        vector = _FIND[method](latents, _two_classes(attribute, method), others)
    if not np.linalg.norm(vector) > 1e-12 * np.linalg.norm(latents):
        raise ValueError("the attribute does not change the latents at all: there is no direction")
    return Direction(vector, np.std(latents @ (vector / np.linalg.norm(vector))))


def _two_classes(attribute, method):
    values = np.unique(attribute)
    if not np.isin(values, (0, 1)).all():
        hint = "compare it with a threshold, such as attribute > np.median(attribute), or choose regression"
        raise ValueError(f"method '{method}' wants booleans and attribute has {len(values)} values; {hint}")
    if len(values) < 2:
        raise ValueError(
            f"all {len(attribute)} latents have attribute {bool(values[0])}; both classes are needed"
        )
    return attribute.astype(bool)


def _means(latents, attribute, others=None):
    return latents[attribute].mean(axis=0) - latents[~attribute].mean(axis=0)


def _balanced(latents, attribute, others):
    _, cells = np.unique(others, axis=0, return_inverse=True)
    cells = cells.reshape(-1)
    members = [cells == cell for cell in range(cells.max() + 1)]
    usable = [m for m in members if 0 < attribute[m].sum() < m.sum()]
    left_out = len(latents) - sum(m.sum() for m in usable)
    if 2 * left_out > len(latents):
        hint = "others need few values (compare numbers with thresholds), and latents with and without the attribute in each cell"
        raise ValueError(
            f"{left_out} of {len(latents)} latents are in cells of others with one class only; {hint}"
        )
    if left_out:
        empty = len(members) - len(usable)
        warnings.warn(
            f"{empty} of {len(members)} cells have one class only: {left_out} latents are left out",
            stacklevel=4,
        )
    return np.mean([_means(latents[m], attribute[m]) for m in usable], axis=0)


def _slopes(latents, attribute, others):
    columns = [attribute[:, None], *([] if others is None else [others])]
    design = np.concatenate([*columns, np.ones((len(latents), 1))], axis=1)
    slopes, _, rank, _ = np.linalg.lstsq(design, latents, rcond=None)
    if rank < design.shape[1]:
        raise ValueError(
            "the attribute, or one of others, is constant or follows from the rest: its part cannot be told apart"
        )
    return slopes[0]


def _svm(latents, attribute, others=None):
    return _normal(scikit_learn("svm").LinearSVC(dual=False), latents, attribute)


def _logistic(latents, attribute, others=None):
    return _normal(scikit_learn("linear_model").LogisticRegression(max_iter=1000), latents, attribute)


def _normal(model, latents, attribute):
    # one scale for all dimensions: it leaves directions as they are, and the usual strength of regularisation
    # fits
    return model.fit((latents - latents.mean(axis=0)) / latents.std(), attribute).coef_[0]


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
    """What is left of a direction when its parts along others are taken away (Gram-Schmidt): they keep their
    place.

    Args:
        direction: (D,). others: directions (D,), a list. latents: (N, D), for the deviation along the result.

    Raises:
        ValueError: if nothing is left.
    """
    basis, _ = np.linalg.qr(np.stack([np.asarray(o, "float64") for o in others], axis=1))  # (D, K)
    vector = np.asarray(direction, "float64")
    rest = vector - basis @ (basis.T @ vector)
    if np.linalg.norm(rest) < 1e-6 * np.linalg.norm(vector):
        raise ValueError(f"the direction lies in the span of the {len(others)} others: nothing of it is left")
    return Direction(rest, np.std(np.asarray(latents, "float64") @ (rest / np.linalg.norm(rest))))

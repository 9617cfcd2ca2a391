"""Ideal generators of toy faces: they draw the data exactly, without a network: what bends Z is seen alone
(paper, figure 6).

Hair, smile and turn of a head, three numbers from -1 to 1. The data have two dials, as ``sample_factors``
has: ``rho``, the correlation of hair and smile, and ``hole``, the share that is missing of one corner: light
hair with a laugh.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.data.toyfaces.dataset import FACTORS, draw_faces

NAMES = ("hair", "smile", "turn")
MEANING = {
    "hair": "light hair",
    "smile": "laughs",
    "turn": "turned to the right",
}  # what a number above 0 shows
FACE = dict(skin=0.3, background=0, shirt=0)  # all other factors of the faces are 0
DARK, LIGHT, YAW = 0, 3, 40.0  # two hair colours, and degrees of turn at 1
_GRID = np.linspace(-6, 6, 6001)


class IdealFaces:
    """z (B, 3), normally distributed -> w (B, 3), the factors of a face themselves -> the face.

    W is the space of the factors, as straight as can be. Z is carried into it in the triangular way
    (Rosenblatt 1952): z1 gives the hair, z2 the smile among faces with that hair, z3 the turn. Each factor
    then grows with its own number, and the faces are distributed as the data, hole and all. It stands where a
    Generator does in the measures: ``mapping``, ``broadcast``, ``synthesis``.

    Args:
        rho: Pearson's r of hair and smile without the hole, -1 to 1 (both ends excluded).
        hole: share, 0 to 1, of the faces with light hair and a laugh that the data lack.
        resolution: of the pictures.

    Raises:
        ValueError: for rho or hole out of range.
    """

    z_dim = w_dim = 3

    def __init__(self, rho: float = 0.0, hole: float = 0.0, resolution: int = 32):
        if not -1 < rho < 1 or not 0 <= hole <= 1:
            raise ValueError(f"rho is {rho} and hole is {hole}; wanted are -1 < rho < 1 and 0 to 1")
        self.rho, self.hole, self.resolution = rho, hole, resolution
        self._slope = 2 * np.sin(
            np.pi * rho / 6
        )  # of two normal variables whose ranks have Pearson's r = rho
        self._spread = np.sqrt(1 - self._slope**2)
        missing = np.where(_GRID > 0, hole * _below(self._slope * _GRID / self._spread), 0.0)
        mass = np.cumsum(np.exp(-(_GRID**2) / 2) * (1 - missing))
        self._cumulative = mass / mass[-1]

    def mapping(self, z) -> np.ndarray:
        """z (B, 3) -> w (B, 3), float64."""
        shares = _below(z)
        hair = np.interp(shares[:, 0], self._cumulative, _GRID)
        smile = self._slope * hair + self._spread * _at(self._refill(shares[:, 1], hair))
        return np.stack([2 * _below(hair) - 1, 2 * _below(smile) - 1, 2 * shares[:, 2] - 1], axis=1)

    def inverse(self, w) -> np.ndarray:
        """w (B, 3) within -1 to 1 -> the z (B, 3) that give it.

        In a corner that is all missing there is none: the nearest.
        """
        shares = (np.asarray(w, "float64") + 1) / 2
        hair, smile = _at(shares[:, 0]), _at(shares[:, 1])
        along = _below((smile - self._slope * hair) / self._spread)
        start, kept = self._corner(hair)
        total = start + (1 - start) * kept
        given = np.where(along <= start, along, start + (along - start) * kept) / total
        return np.stack(
            [_at(np.interp(hair, _GRID, self._cumulative)), _at(given), _at(shares[:, 2])], axis=1
        )

    def _corner(self, hair):
        """For each hair (B,): the share of smiles below 0, and how many of those above 0 the data keep."""
        return _below(-self._slope * hair / self._spread), np.where(hair > 0, 1 - self.hole, 1.0)

    def _refill(self, shares, hair):
        """Share among the faces that are there -> share among all, hole not counted."""
        start, kept = self._corner(hair)
        at = shares * (start + (1 - start) * kept)
        return np.where(at <= start, at, start + (at - start) / np.maximum(kept, 1e-9))

    def broadcast(self, w) -> np.ndarray:
        """(B, 3) -> (B, 1, 3): there is one layer."""
        return np.asarray(w)[:, None]

    def synthesis(self, ws) -> np.ndarray:
        """ws (B, 1, 3) -> faces (B, r, r, 3) in [-1, 1], all with the same freckles; factors are clipped.

        Hair between the two colours is a blend of the picture with dark and the one with light hair.
        """
        hair, smile, turn = np.clip(np.asarray(ws, "float64")[:, 0].T, -1, 1)
        fixed = {factor.name: np.full(len(hair), float(FACE.get(factor.name, 0))) for factor in FACTORS}
        columns = [
            fixed | {"smile": smile, "yaw": YAW * turn, "hair_colour": np.full(len(hair), c)}
            for c in (DARK, LIGHT)
        ]
        rows = [np.stack([*c.values()], axis=1) for c in columns]
        dark, light = (
            to_unit_range(np.concatenate([draw_faces(face, self.resolution) for face in r])) for r in rows
        )
        share = ((hair + 1) / 2)[:, None, None, None].astype("float32")
        return (1 - share) * dark + share * light

    def __call__(self, z) -> np.ndarray:
        return self.synthesis(self.broadcast(self.mapping(z)))


def attributes(w) -> np.ndarray:
    """P(attribute) of factors (B, 3): 1 or 0, for nothing about these faces is in doubt."""
    return (np.asarray(w) > 0).astype("float32")


def _below(normal):
    """Share of a normal distribution below a value."""
    return 0.5 + 0.5 * tf.math.erf(np.asarray(normal, "float64") / np.sqrt(2)).numpy()


def _at(share):
    """The value below which that share of a normal distribution lies; the ends are kept finite."""
    return tf.math.ndtri(np.clip(share, 1e-9, 1 - 1e-9)).numpy()

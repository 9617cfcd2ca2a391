"""Ideal generators of toy faces, which draw the data exactly, without a network (paper, figure 6).

With them it can be seen what the data alone do to Z. A face has three numbers from -1 to 1: hair, smile and
turn of the head. The data have two dials, those of ``sample_factors``: ``rho``, the correlation of hair and
smile, and ``hole``, the share that is missing of one corner, light hair with a laugh.
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
DARK, LIGHT = 0, 3  # two hair colours
YAW = 40.0  # degrees of turn at 1
_GRID = np.linspace(-6, 6, 6001)  # of hair, as a normal variable


class IdealFaces:
    """z (B, 3), normally distributed -> w (B, 3), the factors of a face themselves -> the face.

    W is the space of the factors, as straight as can be. Z is carried into it in the triangular way
    (Rosenblatt 1952): z1 gives the hair, z2 the smile among faces with that hair, z3 the turn. Each factor
    then grows with its own number, and the faces are distributed as the data, hole and all. The measures take
    it as they take a Generator: it has ``mapping``, ``broadcast`` and ``synthesis``.

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
            raise ValueError(f"rho is {rho} and hole is {hole}; they must be -1 < rho < 1 and 0 to 1")
        self.rho = rho
        self.hole = hole
        self.resolution = resolution

        # The correlation of two normal variables whose ranks have Pearson's r = rho, and the spread about it.
        self._slope = 2 * np.sin(np.pi * rho / 6)
        self._spread = np.sqrt(1 - self._slope**2)

        # How the hair is distributed: light hair is rarer, by the laughs that the hole takes out.
        missing = np.where(_GRID > 0, hole * _below(self._slope * _GRID / self._spread), 0.0)
        mass = np.cumsum(np.exp(-(_GRID**2) / 2) * (1 - missing))
        self._cumulative = mass / mass[-1]

    def mapping(self, z) -> np.ndarray:
        """z (B, 3) -> w (B, 3), float64."""
        # The shares of the normal distribution below z choose hair, smile and turn.
        shares = _below(z)
        hair = np.interp(shares[:, 0], self._cumulative, _GRID)
        smile = self._slope * hair + self._spread * _at(self._refill(shares[:, 1], hair))
        return np.stack([2 * _below(hair) - 1, 2 * _below(smile) - 1, 2 * shares[:, 2] - 1], axis=1)

    def inverse(self, w) -> np.ndarray:
        """w (B, 3) within -1 to 1 -> the z (B, 3) that give it.

        In a corner that is missing altogether no z gives it, and the nearest is returned.
        """
        shares = (np.asarray(w, "float64") + 1) / 2
        hair = _at(shares[:, 0])
        smile = _at(shares[:, 1])
        along = _below((smile - self._slope * hair) / self._spread)
        start, kept = self._corner(hair)
        total = start + (1 - start) * kept
        given = np.where(along <= start, along, start + (along - start) * kept) / total
        of_hair = np.interp(hair, _GRID, self._cumulative)
        return np.stack([_at(of_hair), _at(given), _at(shares[:, 2])], axis=1)

    def _corner(self, hair):
        """For each hair (B,): the share of smiles below 0, and how many of those above 0 the data keep."""
        start = _below(-self._slope * hair / self._spread)
        kept = np.where(hair > 0, 1 - self.hole, 1.0)
        return start, kept

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
        dark = self._draw(smile, turn, DARK)
        light = self._draw(smile, turn, LIGHT)
        share = ((hair + 1) / 2)[:, None, None, None].astype("float32")  # (B, 1, 1, 1)
        return (1 - share) * dark + share * light

    def _draw(self, smile, turn, colour) -> np.ndarray:
        """Faces (B, r, r, 3) in [-1, 1], all with one hair colour."""
        count = len(smile)
        columns = {factor.name: np.full(count, float(FACE.get(factor.name, 0))) for factor in FACTORS}
        columns |= {"smile": smile, "yaw": YAW * turn, "hair_colour": np.full(count, colour)}
        faces = np.stack([*columns.values()], axis=1)  # (B, number of factors)
        return to_unit_range(np.concatenate([draw_faces(face, self.resolution) for face in faces]))

    def __call__(self, z) -> np.ndarray:
        return self.synthesis(self.broadcast(self.mapping(z)))


def attributes(w) -> np.ndarray:
    """P(attribute) of factors (B, 3): 1 or 0, since nothing about these faces is in doubt."""
    return (np.asarray(w) > 0).astype("float32")


def _below(normal):
    """Share of a normal distribution below a value."""
    return 0.5 + 0.5 * tf.math.erf(np.asarray(normal, "float64") / np.sqrt(2)).numpy()


def _at(share):
    """The value below which that share of a normal distribution lies; the ends are kept finite."""
    return tf.math.ndtri(np.clip(share, 1e-9, 1 - 1e-9)).numpy()

"""Some pictures of a set: those that train, and those that are held out to see whether D learns by heart."""

from __future__ import annotations

import numpy as np

from stylegan_tf.data.source import Source


class Part(Source):
    """Some pictures of another source, in their order there.

    Args:
        whole: the source.
        places: of the pictures in it (N,), whole numbers.
    """

    def __init__(self, whole: Source, places):
        self.whole = whole
        self.places = np.asarray(places)
        self.name = whole.name
        self.resolution = whole.resolution
        self.channels = whole.channels
        self.labels = None if whole.labels is None else whole.labels[self.places]
        self.class_names = whole.class_names
        self.why_unlabelled = whole.why_unlabelled

    def __len__(self):
        return len(self.places)

    def rows(self, index, resolution):
        return self.whole.rows(self.places[index], resolution)


def hold_out(data: Source, count: int, seed: int = 0) -> tuple[Part, Part]:
    """The pictures that train, and ``count`` others that are drawn by lot; the same for the same seed.

    Raises:
        ValueError: if fewer than half of the pictures would be left to train on.
    """
    if not 0 < 2 * count <= len(data):
        raise ValueError(
            f"{count:,} of {len(data):,} pictures of {data.name} are to be held out; "
            f"hold out 1 to {len(data) // 2:,}"
        )
    is_held = np.zeros(len(data), bool)
    is_held[np.random.default_rng([seed, len(data)]).choice(len(data), count, replace=False)] = True
    return Part(data, np.flatnonzero(~is_held)), Part(data, np.flatnonzero(is_held))

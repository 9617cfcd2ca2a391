"""Reading the bars of a widget's meters from its picture."""

import numpy as np
from PIL import ImageColor

from stylegan_tf.widgets.psi_meters import BAR, BLUE, GREY, ORANGE


def bars(picture, line, count, colours=(BLUE, ORANGE, GREY), lines=1):
    """[(length, tick)] of the bars of a line, in shares of a full bar, as read from the pixels of a picture
    by ``gauges``.
    """
    pixels, found = np.asarray(picture).astype(int), []
    start = pixels.shape[1] - BAR - 100
    for k in range(count):
        y = 22 + 68 * line + k * (64 // count) + 6
        row = pixels[y, start + 1 :]
        inked = (row == ImageColor.getrgb(colours[k])).all(axis=1)
        tick = np.flatnonzero((pixels[y, start : start + BAR + 3] == 0).all(axis=1))
        found.append(((inked.nonzero()[0].max() + 1) / BAR if inked.any() else 0.0, tick[:2].mean() / BAR))
    return np.array(found)

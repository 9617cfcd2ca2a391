"""A folder like the published FFHQ, with drawn faces."""

from stylegan_tf.data.ffhq import drawn as drawn_ffhq

IDS = (0, 1, 2, 59_999, 60_000, 69_999)
WITHOUT_LANDMARKS = 2


def draw_ffhq(folder, numbers=IDS):
    """As drawn_ffhq.draw_ffhq, one face without landmarks."""
    return drawn_ffhq.draw_ffhq(folder, numbers, without_landmarks=[WITHOUT_LANDMARKS])

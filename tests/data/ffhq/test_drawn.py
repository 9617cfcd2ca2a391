"""A drawn folder is read as the published one is."""

import numpy as np
import pytest

from stylegan_tf.data import draw_faces, load_ffhq, sample_factors
from stylegan_tf.data.ffhq.dataset import LARGE, THUMBNAILS
from stylegan_tf.data.ffhq.drawn import draw_ffhq


def test_thumbnails_alone_are_read_at_128(tmp_path):
    folder = draw_ffhq(tmp_path / "ffhq", [0, 7, 60_000], large=False)
    found = load_ffhq(folder, verify=True)
    assert (found.resolution, len(found), found.missing, found.damaged) == (128, 3, [], [])
    assert [m["category"] for m in found.metadata] == ["training", "training", "validation"]
    assert not (folder / LARGE).exists() and len(list((folder / THUMBNAILS).rglob("*.png"))) == 3


def test_a_number_is_the_seed_of_its_face(tmp_path):
    found = load_ffhq(draw_ffhq(tmp_path, [7], large=False))
    np.testing.assert_array_equal(found.rows([0], 128), draw_faces(sample_factors(1, 7), 128, detail_seed=7))


def test_large_pictures_that_were_not_drawn_are_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds none of its 2 pictures"):
        load_ffhq(draw_ffhq(tmp_path, [1, 2], large=False), resolution=1024)


def test_numbers_without_landmarks_have_none(tmp_path):
    found = load_ffhq(draw_ffhq(tmp_path, [3, 4], large=False, without_landmarks=[4]))
    assert [m["landmarks"].shape for m in found.metadata] == [(68, 2), (0, 2)]

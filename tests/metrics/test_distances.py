import hashlib
import io
import pickle
import sys
import types
import zipfile

import numpy as np
import pytest
from support.helpers import GOLDEN, assert_relative, claim

from stylegan_tf.data import load_digits
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.metrics import DigitsDistance
from stylegan_tf.metrics.distances import as_rgb
from stylegan_tf.metrics.judges.features import DigitsJudge
from stylegan_tf.metrics.judges.lpips import CONVOLUTIONS, LPIPS
from stylegan_tf.metrics.judges.torch_weights import read_torch

WIDTHS = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)


# LPIPS: the official numbers, on the seeded VGG16 that the description of the file tells


@pytest.fixture(scope="module")
def backbone(golden):
    rng, arrays, channels = np.random.default_rng(0), [], 3
    for width in WIDTHS:
        kernel = rng.standard_normal((3, 3, channels, width)) * np.sqrt(2 / (9 * channels))
        arrays += [kernel.astype("float32"), (rng.standard_normal(width) * 0.05).astype("float32")]
        channels = width
    assert arrays[0].sum(dtype="float64") == pytest.approx(golden("lpips")["checks/first_conv_sum"])
    assert arrays[-1].sum(dtype="float64") == pytest.approx(golden("lpips")["checks/last_bias_sum"])
    return arrays


@pytest.fixture(scope="module")
def lpips(backbone):
    return LPIPS(backbone)


@pytest.mark.parametrize("key", claim("lpips", "distance"))
def test_lpips_equals_official(golden, lpips, key):
    given = golden("lpips")
    assert_relative(lpips(given["inputs/a"], given["inputs/b"]), given[f"outputs/{key}"], 1e-4)


@pytest.mark.parametrize("key", claim("lpips", "per_layer"))
def test_layers_of_lpips_equal_official(golden, lpips, key):
    given = golden("lpips")
    assert_relative(lpips.per_layer(given["inputs/a"], given["inputs/b"]), given[f"outputs/{key}"], 1e-4)


def test_shipped_linear_weights_are_the_published_ones(golden, lpips):
    for i, array in enumerate(lpips.weights):
        np.testing.assert_array_equal(array, golden("lpips")[f"weights/lin{i}"])
    assert sum(array.size for array in lpips.weights) == 1472


def test_grey_images_are_read_as_rgb_of_one_tone(golden, lpips):
    a, b = (golden("lpips")[f"inputs/{name}"][:1, :32, :48, :1] for name in "ab")
    np.testing.assert_allclose(lpips(a, b), lpips(a.repeat(3, axis=3), b.repeat(3, axis=3)), rtol=1e-6)


def test_images_of_other_shapes_are_told(lpips):
    with pytest.raises(ValueError, match=r"shapes \(1, 32, 32, 3\) and \(2, 32, 32, 3\)"):
        lpips(np.zeros((1, 32, 32, 3)), np.zeros((2, 32, 32, 3)))
    with pytest.raises(ValueError, match="1 or 3 channels"):
        as_rgb(np.zeros((1, 32, 32, 2)))


# LPIPS: its backbone from a file


def state_dict(backbone):
    """Under torchvision's names, in PyTorch's layout."""
    names = [f"features.{i}.{part}" for i in CONVOLUTIONS for part in ("weight", "bias")]
    return dict(zip(names, [a.transpose(3, 2, 0, 1) if a.ndim == 4 else a for a in backbone], strict=True))


def sum_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_backbone_from_npz_is_the_one_that_was_given(golden, lpips, backbone, tmp_path):
    np.savez(path := tmp_path / "vgg.npz", **state_dict(backbone))
    again = LPIPS.from_file(path, sum_of(path))
    a, b = (golden("lpips")[f"inputs/{name}"][:1] for name in "ab")
    np.testing.assert_array_equal(again(a, b), lpips(a, b))


def test_a_backbone_from_pth_is_the_one_that_was_given(golden, lpips, backbone, tmp_path, torch):
    path = tmp_path / "vgg.pth"
    path.write_bytes(zipped(state_dict(backbone) | {"classifier.0.bias": np.zeros(3, "float32")}))
    again = LPIPS.from_file(path, sum_of(path))
    a, b = (golden("lpips")[f"inputs/{name}"][:1] for name in "ab")
    np.testing.assert_array_equal(again(a, b), lpips(a, b))


def test_files_that_are_not_the_backbone_are_told(tmp_path):
    np.savez(path := tmp_path / "x.npz", a=np.zeros(3))
    with pytest.raises(ValueError, match="lacks features.0.weight"):
        LPIPS.from_file(path, sum_of(path))
    with pytest.raises(ValueError, match="with the sha256 that you noted"):
        LPIPS.from_file(path)
    path = path.rename(tmp_path / "x.pth")
    with pytest.raises(ValueError, match="has the sha256 .* and not 397923af"):
        LPIPS.from_file(path)
    with pytest.raises(FileNotFoundError, match="needs torchvision's vgg16-397923af.pth"):
        LPIPS.from_file(tmp_path / "y.pth")


# PyTorch's files


class Storage:
    """Stands for the numbers of a tensor, which lie outside the pickle."""

    def __init__(self, array, key):
        self.array, self.key = array, key


class Tensor:
    """Pickled as PyTorch pickles a tensor."""

    def __init__(self, array, key, stride=None):
        self.storage, self.size = Storage(array, key), array.shape
        self.stride = stride or tuple(np.cumprod((1, *array.shape[:0:-1]))[::-1].tolist())

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, (
            self.storage,
            0,
            self.size,
            self.stride,
            False,
            None,
        )


class Pickler(pickle.Pickler):
    def persistent_id(self, thing):
        if isinstance(thing, Storage):
            return ("storage", sys.modules["torch"].FloatStorage, thing.key, "cpu", thing.array.size)


@pytest.fixture()
def torch(monkeypatch):
    """Modules with the names that PyTorch's pickles hold; PyTorch itself is not installed."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})

    def _rebuild_tensor_v2(*args):
        pytest.fail("the file ran something")

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)


def zipped(arrays, stride=None):
    """A file as PyTorch 1.6 and later write it."""
    index, content = io.BytesIO(), io.BytesIO()
    Pickler(index, 2).dump(
        {name: Tensor(array, str(i), stride) for i, (name, array) in enumerate(arrays.items())}
    )
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("archive/data.pkl", index.getvalue())
        for i, array in enumerate(arrays.values()):
            archive.writestr(f"archive/data/{i}", np.ascontiguousarray(array).tobytes())
    return content.getvalue()


def test_the_zipped_form_is_read(tmp_path, torch):
    arrays = {"a": np.arange(6, dtype="float32").reshape(2, 3), "b": np.float32([7])}
    (path := tmp_path / "x.pth").write_bytes(zipped(arrays))
    found = read_torch(path)
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    assert list(read_torch(path, lambda name: name == "b")) == ["b"]


@pytest.mark.parametrize("wanted", [range(5), [0, 4], [2]], ids=str)
def test_the_old_form_is_read(golden, wanted):
    """A file that PyTorch wrote: the linear weights of LPIPS, from the package lpips 0.1.4 (BSD-2-Clause)."""
    found = read_torch(GOLDEN / "lpips_vgg.pth", lambda name: int(name[3]) in wanted)
    assert list(found) == [f"lin{i}.model.1.weight" for i in wanted]
    for i in wanted:
        np.testing.assert_array_equal(
            found[f"lin{i}.model.1.weight"].ravel(), golden("lpips")[f"weights/lin{i}"]
        )


def test_a_file_that_would_run_something_is_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return print, ("run",)

    with zipfile.ZipFile(path := tmp_path / "x.pth", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Evil()))
    with pytest.raises(
        ValueError, match=r"names builtins.print, which no dictionary of tensors needs; it was not run"
    ):
        read_torch(path)


def test_a_tensor_that_is_not_in_order_is_told(tmp_path, torch):
    (path := tmp_path / "x.pth").write_bytes(zipped({"a": np.zeros((2, 3), "float32")}, stride=(1, 2)))
    with pytest.raises(ValueError, match=r"has strides \(1, 2\)"):
        read_torch(path)


@pytest.mark.parametrize("content", [b"", b"hello", pickle.dumps(3), pickle.dumps({})])
def test_something_else_is_no_pytorch_file(tmp_path, content):
    (path := tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(ValueError, match="is damaged, or no PyTorch file"):
        read_torch(path)


def test_a_cut_file_is_told(tmp_path):
    whole = (GOLDEN / "lpips_vgg.pth").read_bytes()
    for length in (10, 500, 1300, len(whole) - 4):
        (path := tmp_path / "x.pth").write_bytes(whole[:length])
        with pytest.raises(ValueError, match="damaged"):
            read_torch(path)


# Digits


@pytest.fixture(scope="module")
def digits():
    source = load_digits()
    return to_unit_range(source.images[:400]), source.labels[:400]


@pytest.fixture(scope="module")
def distance():
    return DigitsDistance()


def test_digits_distance_is_zero_only_at_home_and_symmetric(distance, digits):
    images, _ = digits
    a, b = images[:20], images[20:40]
    np.testing.assert_array_equal(distance(a, a), 0)
    assert distance(a, b).min() > 0.01
    np.testing.assert_allclose(distance(a, b), distance(b, a), rtol=1e-5)


def test_digits_of_one_class_are_nearer_than_digits_of_two(distance, digits):
    images, labels = digits
    same = np.array([(i, j) for i in range(100) for j in range(i) if labels[i] == labels[j]])
    other = np.array([(i, j) for i in range(60) for j in range(i) if labels[i] != labels[j]])
    near, far = (distance(images[pairs[:, 0]], images[pairs[:, 1]]) for pairs in (same, other))
    assert np.median(near) < 0.75 * np.median(far)


def test_digits_distance_grows_with_the_square_of_a_small_step(distance, digits):
    """What a path length divides by epsilon squared."""
    images, _ = digits
    step = np.roll(images[:50], 1, axis=2) - images[:50]
    small, large = (np.median(distance(images[:50], images[:50] + t * step)) for t in (0.001, 0.002))
    assert large / small == pytest.approx(4, rel=0.05)


def test_digits_distance_adds_unit_features(distance, digits):
    """Its last layer, by the classifier's own features."""
    images, _ = digits
    features, _ = DigitsJudge()(images[:8])
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    expected = ((unit[:4] - unit[4:]) ** 2).sum(axis=1)
    layers = distance.per_layer(images[:4], images[4:8])
    np.testing.assert_allclose(layers[-1], expected, rtol=1e-4)
    np.testing.assert_allclose(distance(images[:4], images[4:8]), layers.sum(axis=0), rtol=1e-6)
    assert layers.shape == (4, 4)


def test_digits_distance_wants_digits(distance):
    with pytest.raises(ValueError, match="expects"):
        distance(np.zeros((2, 16, 16, 1)), np.zeros((2, 16, 16, 1)))

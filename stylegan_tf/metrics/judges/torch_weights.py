"""Reads the tensors of a PyTorch file (.pth): a pickle, of which nothing is executed.

A pickle may name any function, and loading it would run that function. Here only the names that a dictionary
of tensors consists of are known, and they lead to what is defined below. Any other is refused before it is
looked up.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import io
import math
import pickle
import zipfile

import numpy as np

from stylegan_tf.files import expanded

MAGIC = 0x1950A86A20F9469CFC6C  # first number of a file from before PyTorch 1.6
TYPES = {"FloatStorage": "<f4", "HalfStorage": "<f2", "DoubleStorage": "<f8", "LongStorage": "<i8"}
DAMAGE = (
    pickle.UnpicklingError,
    EOFError,
    KeyError,
    AttributeError,
    IndexError,
    TypeError,
    zipfile.BadZipFile,
)  # what a damaged file, or one of another kind, ends in


@dataclasses.dataclass(frozen=True)
class _Tensor:
    """Which numbers of a storage are a tensor's, and its shape."""

    storage: tuple  # ("storage", dtype, key, device, count, ...)
    offset: int
    size: tuple
    stride: tuple

    @property
    def dtype(self) -> str:
        return self.storage[1]

    @property
    def key(self) -> str:
        """Name of its storage in the file."""
        return self.storage[2]

    def read(self, content: bytes) -> np.ndarray:
        """The tensor as an array, from the bytes of its storage."""
        # Whole and in order: the last axis steps by 1, the one before by its length, and so on.
        step = 1
        for n, stride in zip(reversed(self.size), reversed(self.stride), strict=True):
            if n > 1 and stride != step:
                raise ValueError(
                    f"a tensor of size {self.size} has strides {self.stride}; "
                    "only whole tensors in order are read"
                )
            step *= n

        # The numbers, if all of them are there.
        count = math.prod(self.size)
        numbers = np.frombuffer(content, self.dtype)
        if self.offset < 0 or self.offset + count > len(numbers):
            raise ValueError(
                f"a tensor of size {self.size} is longer than its storage of {len(numbers)}; "
                "the file is damaged"
            )
        return numbers[self.offset : self.offset + count].reshape(self.size).copy()


def _rebuild_tensor(storage, offset, size, stride, *_):
    """What PyTorch's _rebuild_tensor_v2 is here; the rest of its arguments says nothing of the numbers."""
    return _Tensor(storage, offset, size, stride)


KNOWN = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    **{("torch", kind): dtype for kind, dtype in TYPES.items()},
}


class _Unpickler(pickle.Unpickler):
    """Reads a pickle in which no name but those of KNOWN occurs."""

    def find_class(self, module, name):
        if (module, name) not in KNOWN:
            raise ValueError(
                f"the file names {module}.{name}, which no dictionary of tensors needs; it was not run"
            )
        return KNOWN[module, name]

    def persistent_load(self, reference):
        return tuple(reference)


def read_torch(path, wanted=lambda name: True) -> dict[str, np.ndarray]:
    """{name: array} of a saved state_dict, in the layout of PyTorch; both the old and the zipped form.

    Args:
        path: of the file.
        wanted: name -> whether to read it.

    Raises:
        FileNotFoundError: if there is no file.
        ValueError: if it is damaged, or holds more than a dictionary of tensors.
    """
    path = expanded(path)
    try:
        with path.open("rb") as file:
            # First what tensors there are, then the bytes of those to read.
            if zipfile.is_zipfile(path):
                tensors, read = _zipped(file)
            else:
                tensors, read = _old(file)
            tensors = {name: tensor for name, tensor in tensors.items() if wanted(name)}
            contents = read({tensor.key for tensor in tensors.values()})
            return {name: tensor.read(contents[tensor.key]) for name, tensor in tensors.items()}
    except DAMAGE as error:
        raise ValueError(
            f"{path} is damaged, or no PyTorch file with a dictionary of tensors ({error})"
        ) from error


def _zipped(file):
    """The tensors of a file since PyTorch 1.6, and a function: keys of storages -> {key: bytes}.

    It is a zip archive with a pickle, and a file for each storage.
    """
    archive = zipfile.ZipFile(file)
    pickles = [name for name in archive.namelist() if name.endswith("data.pkl")]
    if not pickles:
        raise pickle.UnpicklingError("it has no data.pkl")
    tensors = _Unpickler(io.BytesIO(archive.read(pickles[0]))).load()
    folder = pickles[0].removesuffix("data.pkl") + "data/"
    return tensors, functools.partial(_storages_of_zip, archive, folder)


def _storages_of_zip(archive, folder, keys):
    return {key: archive.read(folder + key) for key in keys}


def _old(file):
    """The tensors of a file from before PyTorch 1.6, and a function: keys of storages -> {key: bytes}.

    It is five pickles in a row, then one storage after the other.
    """
    if _Unpickler(file).load() != MAGIC:
        raise pickle.UnpicklingError("its first number is another")
    _Unpickler(file).load()  # version
    _Unpickler(file).load()  # byte order and sizes
    tensors = _Unpickler(file).load()
    order = _Unpickler(file).load()
    widths = {tensor.key: np.dtype(tensor.dtype).itemsize for tensor in tensors.values()}
    return tensors, functools.partial(_storages_in_order, file, order, widths)


def _storages_in_order(file, order, widths, keys):
    """Each storage is its count of numbers (8 bytes), then the numbers; those not asked for are skipped."""
    contents = {}
    for key in order:
        length = int.from_bytes(file.read(8), "little") * widths[key]
        if key in keys:
            contents[key] = file.read(length)
        else:
            file.seek(length, io.SEEK_CUR)
    return contents

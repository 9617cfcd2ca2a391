"""Reads the tensors of a PyTorch file (.pth): a pickle, of which nothing is executed.

A pickle may name any function to be called. Here only the four names that a dictionary of tensors consists of
are known, and they lead to the classes below; any other is refused before it is looked up.
"""

from __future__ import annotations

import collections
import dataclasses
import io
import math
import pickle
import zipfile
from pathlib import Path

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C  # first number of a file from before PyTorch 1.6
TYPES = {"FloatStorage": "<f4", "HalfStorage": "<f2", "DoubleStorage": "<f8", "LongStorage": "<i8"}


@dataclasses.dataclass(frozen=True)
class _Tensor:
    """Where the numbers of a tensor lie."""

    storage: tuple  # ("storage", dtype, key, device, count, ...)
    offset: int
    size: tuple
    stride: tuple

    def read(self, content: bytes) -> np.ndarray:
        count, step = math.prod(self.size), 1
        for n, stride in zip(reversed(self.size), reversed(self.stride), strict=True):
            if n > 1 and stride != step:
                raise ValueError(
                    f"a tensor of size {self.size} has strides {self.stride}; only whole tensors in order are read"
                )
            step *= n
        numbers = np.frombuffer(content, self.storage[1])
        if self.offset < 0 or self.offset + count > len(numbers):
            raise ValueError(
                f"a tensor of size {self.size} is longer than its storage of {len(numbers)}; the file is damaged"
            )
        return numbers[self.offset : self.offset + count].reshape(self.size).copy()


class _Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        known = {
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): lambda storage, offset, size, stride, *_: _Tensor(
                storage, offset, size, stride
            ),
            **{("torch", kind): dtype for kind, dtype in TYPES.items()},
        }
        if (module, name) not in known:
            raise ValueError(
                f"the file names {module}.{name}, which no dictionary of tensors needs; it was not run"
            )
        return known[module, name]

    def persistent_load(self, reference):
        return tuple(reference)


def read_torch(path, wanted=lambda name: True) -> dict[str, np.ndarray]:
    """{name: array} of a saved state_dict, in the layout of PyTorch; both the old and the zipped form.

    Args:
        wanted: which names to read.

    Raises:
        FileNotFoundError: if there is no file. ValueError: if it is damaged, or holds more than a dictionary
            of tensors.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            tensors, read = _zipped(file) if zipfile.is_zipfile(path) else _old(file)
            tensors = {name: tensor for name, tensor in tensors.items() if wanted(name)}
            contents = read({tensor.storage[2] for tensor in tensors.values()})
            return {name: tensor.read(contents[tensor.storage[2]]) for name, tensor in tensors.items()}
    except (
        pickle.UnpicklingError,
        EOFError,
        KeyError,
        AttributeError,
        IndexError,
        TypeError,
        zipfile.BadZipFile,
    ) as error:
        raise ValueError(
            f"{path} is damaged, or no PyTorch file with a dictionary of tensors ({error})"
        ) from error


def _zipped(file):
    archive = zipfile.ZipFile(file)
    index = next(name for name in [*archive.namelist(), ""] if name.endswith("data.pkl") or not name)
    if not index:
        raise pickle.UnpicklingError("it has no data.pkl")
    folder = index.removesuffix("data.pkl") + "data/"
    tensors = _Unpickler(io.BytesIO(archive.read(index))).load()
    return tensors, lambda keys: {key: archive.read(folder + key) for key in keys}


def _old(file):
    if _Unpickler(file).load() != MAGIC:
        raise pickle.UnpicklingError("its first number is another")
    _Unpickler(file).load()  # version
    _Unpickler(file).load()  # byte order and sizes
    tensors, order = _Unpickler(file).load(), _Unpickler(file).load()
    widths = {tensor.storage[2]: np.dtype(tensor.storage[1]).itemsize for tensor in tensors.values()}

    def read(keys):
        contents = {}
        for key in order:
            length = int.from_bytes(file.read(8), "little") * widths[key]
            if key in keys:
                contents[key] = file.read(length)
            else:
                file.seek(length, io.SEEK_CUR)
        return contents

    return tensors, read

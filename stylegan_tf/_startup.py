"""TensorFlow's start: quiet and quick, with oneDNN, as the backend of Keras.

Importing this file does it, before anything else.
"""

import contextlib
import importlib.machinery
import importlib.util
import os
import sys
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
_onednn_was_chosen = "TF_ENABLE_ONEDNN_OPTS" in os.environ
os.environ.setdefault(
    "TF_ENABLE_ONEDNN_OPTS", "1"
)  # off by default on some CPUs, and 1.3 to 1.9 times faster when on
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


# Keras imports these for functions that are rarely called; they are a quarter of its start.
_RARELY_USED = ("matplotlib.pyplot", "scipy.stats")


class _LaterFinder:
    """Finds modules as Python does, but lets them be loaded when they are first used."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in _RARELY_USED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


@contextlib.contextmanager
def _rarely_used_modules_later():
    """What is imported here for the first time, and rarely used, is loaded when it is used."""
    sys.meta_path.insert(0, _LaterFinder)
    try:
        yield
    finally:
        sys.meta_path.remove(_LaterFinder)


def _import_tensorflow_quietly():
    """TensorFlow prints notes while it is imported, before its log level is in force: keep them off the
    terminal.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        import tensorflow  # noqa: F401
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)


if "tensorflow" not in sys.modules:
    with _rarely_used_modules_later():
        _import_tensorflow_quietly()
elif not _onednn_was_chosen:
    warnings.warn(
        "import stylegan_tf before keras and tensorflow: oneDNN may be off now, and training slower",
        stacklevel=3,
    )

with _rarely_used_modules_later():
    import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"stylegan_tf needs Keras on TensorFlow and found '{keras.backend.backend()}': "
        "set KERAS_BACKEND=tensorflow before keras is imported"
    )

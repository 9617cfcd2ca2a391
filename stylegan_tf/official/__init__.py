"""NVIDIA's own networks, in and out: snapshots whose variables have other names and layouts."""

from stylegan_tf.official.export import export
from stylegan_tf.official.load import load, load_stylegan
from stylegan_tf.official.safe_unpickler import RefusedPickle
from stylegan_tf.official.variables import Entry, assign, entries

__all__ = ["Entry", "RefusedPickle", "assign", "entries", "export", "load", "load_stylegan"]

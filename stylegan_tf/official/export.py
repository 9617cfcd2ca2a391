"""Networks of this package as an official snapshot."""

from __future__ import annotations

import numpy as np

from stylegan_tf.networks.discriminator import Discriminator
from stylegan_tf.networks.generator import Generator
from stylegan_tf.official import snapshots, static_kwargs
from stylegan_tf.official.variables import entries


def export(G: Generator, D: Discriminator, Gs: Generator, path, build_module_src: str = "") -> None:
    """Write networks as an official snapshot: float32, version 3, all or nothing.

    Args:
        build_module_src: the text of the official networks_stylegan.py. The official loader executes it to
            build the networks, so without it only readers of the values, such as ``load``, open the file. It
            is not ours to add.

    Raises:
        ValueError: for a network that has no official form.
    """
    stored = [_stored(model, name, build_module_src) for model, name in ((G, "G"), (D, "D"), (Gs, "Gs"))]
    snapshots.write(stored, path)


def _stored(model, name, source) -> snapshots.StoredNetwork:
    """A network as the official code would pickle it."""
    generator = isinstance(model, Generator)
    function = "G_style" if generator else "D_basic"
    kwargs, lod = static_kwargs.from_config(function, model.config), {"lod": np.zeros((), "float32")}
    values = {entry.name: entry.to_official(entry.variable) for entry in entries(model)}
    if not generator:
        return snapshots.StoredNetwork(name, function, kwargs, {**lod, **values}, build_module_src=source)
    own = {**lod, "dlatent_avg": values.pop("dlatent_avg")}
    broadcast = {"dlatent_broadcast": model.config.num_layers if model.config.styles else 1}
    components = {}
    for part, extra, first in (("synthesis", {}, lod), ("mapping", broadcast, {})):
        inside = {
            key.partition("/")[2]: value for key, value in values.items() if key.startswith(f"G_{part}/")
        }
        not_theirs = ("style_mixing_prob", "dlatent_avg_beta")
        given = {**extra, **{key: value for key, value in kwargs.items() if key not in not_theirs}}
        components[part] = snapshots.StoredNetwork(
            f"G_{part}", f"G_{part}", given, {**first, **inside}, {}, source
        )
    return snapshots.StoredNetwork(name, function, kwargs, own, components, source)

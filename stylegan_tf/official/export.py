"""Networks of this package as an official snapshot."""

from __future__ import annotations

import numpy as np

from stylegan_tf.networks.discriminator import Discriminator
from stylegan_tf.networks.generator import Generator
from stylegan_tf.official import snapshots, static_kwargs
from stylegan_tf.official.variables import entries

# Arguments of G_style that it keeps to itself; its components do not get them.
ONLY_OF_G = ("style_mixing_prob", "dlatent_avg_beta")


def export(G: Generator, D: Discriminator, Gs: Generator, path, build_module_src: str = "") -> None:
    """Write networks as an official snapshot: float32, version 3, all or nothing.

    Args:
        G, D: the two networks.
        Gs: the averaged generator.
        path: the file to write.
        build_module_src: the text of the official networks_stylegan.py. The official loader executes it to
            build the networks. Without it only programs that read the values, such as ``load``, can open the
            file. We may not ship this text, so it has to be given.

    Raises:
        ValueError: for a network that has no official form.

    Source: official training/misc.py: save_pkl; docs/exactness.md, Official pickles.
    """
    stored = []
    for model, name in ((G, "G"), (D, "D"), (Gs, "Gs")):
        stored.append(_stored(model, name, build_module_src))
    snapshots.write(stored, path)


def _stored(model, name, source) -> snapshots.StoredNetwork:
    """A network as the official code would pickle it."""
    is_generator = isinstance(model, Generator)
    function = "G_style" if is_generator else "D_basic"
    kwargs = static_kwargs.from_config(function, model.config)
    values = {entry.name: entry.to_official(entry.variable) for entry in entries(model)}

    # The discriminator is one network without components.
    if not is_generator:
        variables = {**_fully_grown(), **values}
        return snapshots.StoredNetwork(name, function, kwargs, variables, build_module_src=source)

    # The generator itself holds two numbers; all others belong to its components.
    variables = {**_fully_grown(), "dlatent_avg": values.pop("dlatent_avg")}
    given = {key: value for key, value in kwargs.items() if key not in ONLY_OF_G}
    styles = model.config.num_layers if model.config.styles else 1
    components = {
        "synthesis": snapshots.StoredNetwork(
            "G_synthesis",
            "G_synthesis",
            given,
            {**_fully_grown(), **_variables_of("G_synthesis/", values)},
            build_module_src=source,
        ),
        "mapping": snapshots.StoredNetwork(
            "G_mapping",
            "G_mapping",
            {"dlatent_broadcast": styles, **given},
            _variables_of("G_mapping/", values),
            build_module_src=source,
        ),
    }
    return snapshots.StoredNetwork(name, function, kwargs, variables, components, source)


def _fully_grown():
    """The official variable that says how far a network has to grow: 0, it is at its full resolution."""
    return {"lod": np.zeros((), "float32")}


def _variables_of(prefix, values):
    """The variables of a component, under the names that they have inside it."""
    return {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}

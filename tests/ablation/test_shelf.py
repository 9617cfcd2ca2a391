"""The shipped ablation: what is on the shelf is what its rows say."""

import numpy as np
import pytest

import stylegan_tf as sg
from stylegan_tf.ablation import shelf
from stylegan_tf.ablation.table import Table
from stylegan_tf.ablation.variants import named
from stylegan_tf.data import load_digits
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.metrics.batches import draw_images
from stylegan_tf.metrics.judges.features import DigitsJudge
from stylegan_tf.planning.cost import parameters
from stylegan_tf.presets import ABLATIONS


@pytest.fixture(scope="module")
def generators():
    return shelf.generators()


def test_every_configuration_has_three_seeds_of_equal_length():
    rows = shelf.rows()
    assert {(row["variant"], row["seed"]) for row in rows} >= {
        (name, seed) for name in ABLATIONS for seed in (0, 1, 2)
    }
    assert len({row["kimg"] for row in rows}) == 1 and not [row for row in rows if "failed" in row]
    assert shelf.about()["asked"]["dataset"] == "digits"


def test_the_generators_are_those_configurations(generators):
    """In every field that one of A to F changes, and in their size."""
    assert list(generators) == list(ABLATIONS)
    fields = {field for changes in ABLATIONS.values() for field in changes}
    for name, generator in generators.items():
        wanted = sg.preset("mnist32").replace(**ABLATIONS[name])
        assert {f: getattr(generator.config, f) for f in fields} == {f: getattr(wanted, f) for f in fields}
    for row in shelf.rows():
        changed = sg.preset("mnist32").replace(**named(row["variant"]).changes)
        config = generators[row["variant"]].config if row["variant"] in generators else changed
        assert row["parameters"] == parameters(config)["generator"]


def test_they_draw_what_their_rows_say(generators):
    """FID of 2,000 digits, from float16 weights, puts the six in the order of their rows, which are of
    10,000.
    """
    judge = DigitsJudge()
    real = judge(to_unit_range(load_digits().images))[0]
    fid = {
        name: sg.metrics.fid(judge(draw_images(G, 2000, seed=5))[0], real) for name, G in generators.items()
    }
    rows = {
        row["variant"]: row["FID"] for row in shelf.rows() if row["seed"] == 0 and row["variant"] in ABLATIONS
    }
    assert sorted(fid, key=fid.get) == sorted(rows, key=rows.get)


def test_the_unnamed_ones_are_told_apart_by_styles_and_noise():
    marks = {}
    for letter, generator in shelf.unnamed().items():
        ws = np.asarray(
            generator.broadcast(generator.mapping(sg.latents.from_seeds([3, 4], generator.z_dim)))
        )
        first, again = (np.asarray(generator.synthesis(ws[:1], noise="random")) for _ in range(2))
        swapped = np.asarray(generator.synthesis(sg.latents.mix(ws[:1], ws[1:], range(4, 8)), noise="none"))
        alone = np.asarray(generator.synthesis(ws[:1], noise="none"))
        marks[letter] = (
            not np.array_equal(swapped, alone),
            not np.array_equal(first, again),
        )  # styles, noise
    wanted = {"B": (False, False), "D": (True, False), "F": (True, True)}
    assert marks == {letter: wanted[name] for letter, name in shelf.UNNAMED.items()}


def test_a_shelf_is_read_as_it_was_written(tmp_path, monkeypatch):
    """Six untrained runs go in; their generators and their row come out."""
    small = sg.preset("mnist32").replace(
        resolution=8, fmap_max=8, stage_kimg={4: (0, 1), 8: (1, 1)}, total_kimg=3
    )
    table, drawn = Table(tmp_path), {}
    z = sg.latents.from_seeds([0], 64)
    for name, changes in ABLATIONS.items():
        gan = sg.StyleGAN(small.replace(**changes))
        gan.compile()
        run = sg.Run(tmp_path / f"{name}-seed0")
        run.describe(gan.config)
        run.save(gan)
        drawn[name] = np.asarray(gan.ema_generator(z, noise="fixed"))
    table.begin({"dataset": "digits"}, commands=["ours"])
    table.put({"variant": "B", "seed": 0, "FID": 5.5})
    shelf.write(tmp_path / "ablation.npz", tmp_path)
    monkeypatch.setattr(shelf, "data_file", lambda name: tmp_path / name)
    assert shelf.rows() == [{"variant": "B", "seed": 0, "FID": 5.5}] and shelf.about()["commands"] == ["ours"]
    for name, generator in shelf.generators("AF").items():
        np.testing.assert_allclose(np.asarray(generator(z, noise="fixed")), drawn[name], atol=0.02)  # float16

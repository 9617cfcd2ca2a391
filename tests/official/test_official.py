import fnmatch
import importlib
import json
from pathlib import Path

import numpy as np
import pytest
from support import helpers
from support.helpers import (
    CLAIMED,
    FILES,
    GOLDEN,
    PROGAN,
    SMALL,
    VARIANTS,
    claim,
    load_golden,
    progan_weights,
    weights,
)

from stylegan_tf import ABLATIONS, Config, Discriminator, Generator, official
from stylegan_tf.official import snapshots

# Golden numbers that nothing here computes, and why. The key is "<file>:outputs/<pattern>".
TESTS = Path(__file__).parent.parent
NOT_COVERED = {
    "blocks:outputs/lerp_clip/*": "only the official 'linear' graph clips; here one stage is computed, with alpha in [0, 1]",
    "blocks:outputs/leaky_relu/x": "the input of leaky_relu/values and /grad, which are compared",
    # docs/exactness.md, Images as bytes
    "training:outputs/from_uint8_KNOWN_QUIRK": "wrong for [-1, 1] and not used in training: do not imitate",
}


def test_every_golden_number_is_compared_or_has_a_reason():
    """A test claims the keys that it is parametrised with when its module is imported."""
    for path in sorted(TESTS.rglob("test_*.py")):
        if "claim(" in path.read_text():
            importlib.import_module(".".join(path.relative_to(TESTS).with_suffix("").parts))
    missing = []
    for name in FILES:
        for key in load_golden(name):
            claimed = bool(CLAIMED.get((name, key)))
            excused = any(fnmatch.fnmatchcase(f"{name}:{key}", pattern) for pattern in NOT_COVERED)
            assert not (claimed and excused), f"{name}:{key} is compared, and also in NOT_COVERED"
            if key.startswith("outputs/") and not claimed and not excused:
                missing.append(f"{name}:{key}")
    assert missing == []


@pytest.mark.parametrize("pattern", NOT_COVERED)
def test_what_is_not_covered_exists(pattern):
    name, key = pattern.split(":")
    assert fnmatch.filter(load_golden(name), key)


@pytest.mark.parametrize("name", FILES)
def test_every_golden_file_has_its_description(name):
    assert (GOLDEN / f"golden_{name}.json").exists()


# Names and layouts

CONFIGS = {
    "8": Config(resolution=8, fmap_base=32, fmap_max=4),
    **{
        name: SMALL.replace(**VARIANTS[name])
        for name in ("mixing_F", "tableA-like_tuned_baseline_B", "labels3", "no_mbstd")
    },
    "progan": SMALL.replace(**PROGAN["progan_unfused"]),
}


@pytest.fixture(scope="module", params=[Generator, Discriminator], ids=["G", "D"])
def network_class(request):
    return request.param


@pytest.mark.parametrize("name", CONFIGS)
def test_every_variable_has_an_official_name(network_class, name):
    """Each once; what has none is the state of a random generator."""
    network = network_class(CONFIGS[name])
    entries = official.entries(network)
    assert len({e.name for e in entries}) == len(entries)
    named = {id(e.variable) for e in entries}
    assert len(named) == len(entries)
    assert all("seed_generator" in v.path for v in network.weights if id(v) not in named)


@pytest.mark.parametrize("name", ["mixing_F", "labels3", "tableA-like_tuned_baseline_B"])
def test_what_was_assigned_is_read_back(network_class, name):
    theirs = weights("variants", f"{name}/{'G' if network_class is Generator else 'D'}")
    network = network_class(CONFIGS[name])
    official.assign(network, theirs)
    for e in official.entries(network):
        np.testing.assert_array_equal(e.to_official(e.variable), theirs[e.name])


def test_layouts_move_every_element_and_come_back():
    for layout, shape in [
        ("same", (5,)),
        ("image", (1, 4, 4, 3)),
        ("flat_in", (16 * 3, 5)),
        ("flat_out", (5, 16 * 3)),
    ]:
        entry = official.Entry("x", None, layout)
        value = np.arange(np.prod(shape)).reshape(shape)
        np.testing.assert_array_equal(entry.from_official(entry.to_official(value)), value)


def test_flattened_axes_are_read_channels_first():
    """Row c, h, w there is row h, w, c here."""
    entry, channels = official.Entry("x", None, "flat_in"), 3
    there = np.arange(16 * channels).reshape(-1, 1)
    here = entry.from_official(there).reshape(4, 4, channels)
    for h, w, c in [(0, 0, 1), (1, 2, 0), (3, 3, 2)]:
        assert here[h, w, c] == c * 16 + h * 4 + w


# Messages


@pytest.fixture(scope="module")
def generator():
    return Generator(SMALL)


@pytest.fixture()
def theirs():
    return dict(weights("variants", "mixing_F/G"))


def test_a_missing_variable_is_told(generator, theirs):
    del theirs["G_synthesis/8x8/Conv1/bias"]
    with pytest.raises(ValueError, match=r"lack G_synthesis/8x8/Conv1/bias \(1 in all\)"):
        official.assign(generator, theirs)


def test_an_unknown_variable_is_told(generator, theirs):
    theirs["G_synthesis/64x64/Conv1/bias"] = np.zeros(3)
    with pytest.raises(ValueError, match="have the unknown G_synthesis/64x64/Conv1/bias"):
        official.assign(generator, theirs)


def test_a_wrong_shape_is_told_and_nothing_is_changed(generator, theirs):
    before = generator.get_weights()
    theirs["G_synthesis/ToRGB_lod0/bias"] = np.zeros(1)
    with pytest.raises(ValueError, match=r"ToRGB_lod0/bias has shape \(1,\); this network expects \(3,\)"):
        official.assign(generator, theirs)
    assert all(np.array_equal(a, b) for a, b in zip(before, generator.get_weights(), strict=True))


def test_weights_of_another_size_are_told(generator):
    with pytest.raises(ValueError, match="official variables"):
        official.assign(generator, weights("public", "G"))


def test_the_other_network_is_told(generator):
    with pytest.raises(ValueError, match="official variables lack"):
        official.assign(generator, progan_weights("progan_fused", "D"))


def test_something_else_is_told():
    with pytest.raises(TypeError, match="str is neither a Generator nor a Discriminator"):
        official.entries("G")


# Snapshots

TINY = GOLDEN / "official_tiny_nosrc.pkl"


@pytest.fixture(scope="module")
def tiny():
    return dict(zip(("G", "D", "Gs"), official.load(TINY), strict=True))


@pytest.mark.parametrize("key", claim("official", "*/images_*"))
def test_a_snapshot_draws_what_the_official_code_draws(tiny, key):
    arrays = load_golden("official")
    call = dict(psi=0.7, cutoff=8) if "psi0.7_cutoff8" in key else dict(psi=1.0)
    images = tiny[key.split("/")[0]](arrays["inputs/z"], noise="fixed", **call)
    helpers.assert_close_to_max(helpers.nchw(images), arrays[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("official", "*/dlatents"))
def test_a_snapshot_maps_as_the_official_code(tiny, key):
    arrays, network = load_golden("official"), tiny[key.split("/")[0]]
    helpers.assert_close_to_max(
        network.broadcast(network.mapping(arrays["inputs/z"])), arrays[f"outputs/{key}"]
    )


@pytest.mark.parametrize("key", claim("official", "D/scores"))
def test_a_snapshot_scores_as_the_official_code(tiny, key):
    arrays = load_golden("official")
    helpers.assert_close_to_max(tiny["D"](helpers.nhwc(arrays["inputs/images"])), arrays[f"outputs/{key}"])


@pytest.mark.parametrize("name", ["G", "D", "Gs"])
def test_a_snapshot_holds_every_value_exactly(tiny, name):
    """Gs has its own weights, not G's."""
    theirs = weights("official", name)
    for e in official.entries(tiny[name]):
        np.testing.assert_array_equal(e.to_official(e.variable), theirs[e.name])


def structure(network):
    """What official_tiny_structure.json says of a network."""
    described = {
        key: getattr(network, key) for key in snapshots.KEYS if key not in ("components", "variables")
    }
    return {
        **described,
        "build_module_src": f"str({len(network.build_module_src)})",
        "components": {name: structure(part) for name, part in network.components.items()},
        "variables": [
            [name, "ndarray" if value.ndim else "float32", str(value.dtype), list(value.shape)]
            for name, value in network.variables.items()
        ],
    }


def sorted_variables(described):
    for network in described:
        for part in (network, *network["components"].values()):
            part["variables"].sort()
    return described


def test_a_snapshot_is_read_as_it_is_described():
    described = json.loads((GOLDEN / "official_tiny_structure.json").read_text())
    assert [structure(network) for network in snapshots.read(TINY)] == described


def test_an_exported_snapshot_has_the_official_structure(tiny, tmp_path):
    """Its variables come in another order, which the official loader does not ask for."""
    official.export(*tiny.values(), tmp_path / "x.pkl")
    described = json.loads((GOLDEN / "official_tiny_structure.json").read_text())
    assert sorted_variables([structure(n) for n in snapshots.read(tmp_path / "x.pkl")]) == sorted_variables(
        described
    )


EIGHT = dict(resolution=8, fmap_base=32, fmap_max=4)
TRIPS = {
    **{name: {**EIGHT, **changes} for name, changes in ABLATIONS.items()},
    "switches": dict(
        EIGHT, activation="relu", blur=False, equalized=False, normalize_z=False, fused_kernels=False
    ),
    "lengths": dict(
        EIGHT,
        channels=1,
        z_dim=8,
        w_dim=12,
        mapping_width=20,
        mapping_layers=4,
        mapping_lr=0.1,
        fmap_decay=0.5,
    ),
    "minibatch deviation": dict(EIGHT, mbstd_group=5, mbstd_features=2, batch_size=5, w_avg_beta=0.9),
    "no minibatch deviation": dict(EIGHT, mbstd_group=0),
    "16x16, labels, no mapping": dict(label_dim=2, mapping_layers=0, w_dim=48),
    "32x32, grey": dict(resolution=32, channels=1),
    "64x64, labels": dict(resolution=64, label_dim=5),
}


@pytest.mark.parametrize("name", TRIPS)
def test_what_was_exported_is_loaded_exactly(name, tmp_path):
    """Every weight and the configuration; G and Gs differ."""
    config = SMALL.replace(**TRIPS[name])
    networks = Generator(config), Discriminator(config), Generator(config)
    rng = np.random.default_rng(0)
    for network in networks:
        for entry in official.entries(network):
            entry.variable.assign(rng.normal(size=entry.variable.shape))
    official.export(*networks, tmp_path / "x.pkl")
    loaded = official.load(tmp_path / "x.pkl")
    for before, after in zip(networks, loaded, strict=True):
        for a, b in zip(official.entries(before), official.entries(after), strict=True):
            assert a.name == b.name
            np.testing.assert_array_equal(a.variable, b.variable)
    for network in loaded:
        unlike = {
            field for field, value in network.config.to_dict().items() if value != getattr(config, field)
        }
        assert unlike <= TRAINING | (OF_D if isinstance(network, Generator) else OF_G)


TRAINING = {"loss", "start_resolution", "batch_size"}  # no pickle says them
OF_D = {"mbstd_group", "mbstd_features"}
OF_G = set(
    "z_dim w_dim mapping_layers mapping_width mapping_lr normalize_z styles constant_input noise pixel_norm instance_norm "
    "mixing_probability w_avg_beta".split()
)


@pytest.mark.parametrize("variant", PROGAN)
def test_a_progressive_gan_is_read_under_its_own_names(variant, tmp_path):
    """Configuration A as its own code names it: G_paper, D_paper (official networks_progan.py)."""
    base = dict(
        num_channels=3,
        resolution=16,
        label_size=0,
        fmap_base=128,
        fmap_max=16,
        fused_scale=variant == "progan_fused",
    )
    stored = [
        snapshots.StoredNetwork(name, f"{name[0]}_paper", base | ({"latent_size": 24} if name[0] == "G" else {}),
            {"lod": np.zeros((), "float32"), **weights("progan", f"{variant}/{name[0]}")}, version=2)
        for name in ("G", "D", "Gs")
    ]  # fmt: skip
    snapshots.write(tuple(stored), tmp_path / "x.pkl")
    G, D, _ = official.load(tmp_path / "x.pkl")
    for network, name in ((G, "G"), (D, "D")):
        theirs = progan_weights(variant, name)
        for e in official.entries(network):
            np.testing.assert_array_equal(e.to_official(e.variable), theirs[e.name])
        expected = SMALL.replace(**PROGAN[variant])
        for field in (
            "blur",
            "styles",
            "noise",
            "constant_input",
            "pixel_norm",
            "fused_kernels",
            "pool_last",
            "mapping_layers",
        ):
            assert getattr(network.config, field) == getattr(expected, field)


# Refused snapshots


def changed(tmp_path, which=0, part=None, variables=None, **kwargs):
    """The tiny snapshot with other static_kwargs (Ellipsis: without the argument) in one network, or one part
    of it only.
    """
    stored = list(snapshots.read(TINY))
    for network in (
        [stored[which].components[part]] if part else [stored[which], *stored[which].components.values()]
    ):
        network.static_kwargs.update(kwargs)
        for name in [name for name, value in kwargs.items() if value is ...]:
            del network.static_kwargs[name]
    stored[which].variables.update(variables or {})
    snapshots.write(tuple(stored), tmp_path / "x.pkl")
    return tmp_path / "x.pkl"


REFUSED = {
    "G_style have 'attention' = True, which this package does not know": dict(attention=True),
    "'dtype' = 'float16'": dict(dtype="float16"),
    "'structure' = 'other'": dict(structure="other"),
    r"blur_filter is list; here it is \[1, 2, 1\] or None": dict(blur_filter=[1, 3, 3, 1]),
    "mapping_activation is 'tanh'; it must be": dict(mapping_nonlinearity="tanh"),
    "mapping_layers is 9": dict(mapping_layers=9),
    "fmap_max is '8'": dict(fmap_max="8"),
    "D_basic lack resolution": dict(which=1, resolution=...),
    "component mapping disagree about fmap_base": dict(fmap_base=128, part="mapping"),
    "dlatent_broadcast of G is 4; 6 layers need 6": dict(dlatent_broadcast=4, part="mapping"),
    "D_basic have 'dlatent_avg_beta' = 0.9": dict(which=1, dlatent_avg_beta=0.9),
    "D holds 4,129 trained numbers; what its static_kwargs describe has": dict(which=1, fmap_max=16),
}


@pytest.mark.parametrize("message", REFUSED)
def test_an_argument_that_is_not_understood_is_refused_by_name(message, tmp_path):
    """Also the last: a file that describes larger networks than it holds takes no memory for them."""
    with pytest.raises(ValueError, match=message):
        official.load(changed(tmp_path, **REFUSED[message]))


def test_a_stylegan_larger_than_its_file_is_not_built(tmp_path, monkeypatch):
    stored = snapshots.read(TINY)
    for network in [part for whole in stored for part in (whole, *whole.components.values())]:
        network.static_kwargs["fmap_max"] = 16
    snapshots.write(stored, tmp_path / "x.pkl")
    module = importlib.import_module("stylegan_tf.official.load")  # which the function of that name hides
    monkeypatch.setattr(module, "StyleGAN", lambda config: pytest.fail("built"))
    with pytest.raises(ValueError, match="G holds .* trained numbers; what its static_kwargs describe has"):
        official.load_stylegan(tmp_path / "x.pkl")


def test_arguments_that_are_defaults_change_nothing(tmp_path):
    same = dict(dtype="float32", structure="auto", truncation_psi=0.7, truncation_cutoff=8, randomize_noise=True,
        fused_scale="auto", blur_filter=[1, 2, 1], nonlinearity="lrelu", use_wscale=True, style_mixing_prob=0.9)  # fmt: skip
    G, _, Gs = official.load(changed(tmp_path, **same))
    assert G.config == Gs.config


def test_other_truncation_is_told(tmp_path):
    file = changed(tmp_path, which=2, truncation_psi=0.5)
    with pytest.warns(UserWarning, match="psi=0.5, cutoff=8: pass it to calls"):
        official.load(file)


def test_a_snapshot_is_three_networks(tmp_path):
    snapshots.write(snapshots.read(TINY)[:2], tmp_path / "x.pkl")
    with pytest.raises(
        ValueError, match="holds 'G_style', 'D_basic'; a snapshot holds G_style, D_basic, G_style"
    ):
        official.load(tmp_path / "x.pkl")


def test_a_file_object_is_read_from_where_it_stands(tmp_path):
    (tmp_path / "x").write_bytes(b"before" + TINY.read_bytes())
    with open(tmp_path / "x", "rb") as file:
        file.seek(6)
        assert official.load(file)[0].config.resolution == 16


def test_a_network_without_official_form_is_refused(tmp_path):
    config = SMALL.replace(**PROGAN["progan_unfused"])
    with pytest.raises(ValueError, match="pool_last is True"):
        official.export(Generator(config), Discriminator(config), Generator(config), tmp_path / "x.pkl")
    assert not (tmp_path / "x.pkl").exists()


# As one StyleGAN


@pytest.mark.parametrize("lod, stage", [(0.0, {}), (0.25, dict(resolution=16, alpha=0.75)), (1.0, dict(resolution=8, alpha=1.0)),
    (1.5, dict(resolution=8, alpha=0.5))])  # fmt: skip
@pytest.mark.filterwarnings("ignore:this snapshot still grows")
def test_a_growing_snapshot_knows_its_stage(tmp_path, lod, stage):
    gan = official.load_stylegan(changed(tmp_path, which=2, variables={"lod": np.asarray(lod, "float32")}))
    assert gan.stage() == stage


def test_a_growing_snapshot_is_told(tmp_path):
    file = changed(tmp_path, which=2, variables={"lod": np.asarray(0.25, "float32")})
    with pytest.warns(UserWarning, match="still grows: pass resolution=16, alpha=0.75"):
        official.load(file)


def test_networks_that_do_not_fit_together_are_no_stylegan(tmp_path):
    with pytest.raises(ValueError, match=r"not of one architecture \(activation\)"):
        official.load_stylegan(changed(tmp_path, which=1, nonlinearity="relu"))
    with pytest.raises(ValueError, match="G and Gs differ"):
        official.load_stylegan(changed(tmp_path, which=2, use_instance_norm=False))

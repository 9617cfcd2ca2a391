"""Who may import whom: a folder imports only what stands below it, and the package loads only what it needs."""

import subprocess
import sys

import pytest
from support.import_rules import PACKAGE, edges, imported_modules, place_of

# What each folder, or each file that is in none, may import. An edge that is not here is a fault of the design.
NOTHING = set()
BASE = {"config", "config_rules", "presets", "batch_sizes", "files", "ranges", "scalars"}
RULES = {
    "_startup": NOTHING,
    "config_rules": NOTHING,
    "files": NOTHING,
    "ranges": NOTHING,
    "scalars": NOTHING,
    "config": {"config_rules"},
    "batch_sizes": NOTHING,
    "presets": {"config", "batch_sizes"},
    "latents": {"config", "scalars"},
    "networks": {"config", "latents", "scalars"},
    "data": {"config", "files"},
    "training": BASE | {"networks", "data", "latents"},
    "metrics": BASE | {"networks", "latents", "data"},
    "figures": BASE | {"networks", "latents", "data", "training.schedule"},
    "planning": BASE | {"networks", "training", "data"},
    "official": BASE | {"networks", "training", "planning.cost"},
    "runs": BASE | {"networks", "latents", "training", "data", "figures", "metrics"},
    "editing": BASE | {"networks", "latents", "data", "metrics", "figures"},
    "ablation": BASE | {"networks", "data", "training", "runs", "metrics", "figures", "planning"},
}
LIBRARY = {*RULES} - {"_startup"}
TEACHING = ("course", "checks", "widgets")  # may import anything but the command line
RULES |= {name: LIBRARY | {*TEACHING} | {"__init__"} for name in TEACHING}
RULES["cli"] = LIBRARY | {*TEACHING} | {"__init__"}
RULES["__main__"] = {"cli"}
RULES["__init__"] = LIBRARY | {"_startup"}


def allowed(here, there, module):
    """Whether a rule names the folder, or the one module of it."""
    return there in RULES[here] or module.removeprefix("stylegan_tf.") in RULES[here]


def test_every_folder_has_a_rule():
    assert {place_of(path) for path in PACKAGE.rglob("*.py")} == set(RULES)


@pytest.mark.parametrize("here", RULES)
def test_a_folder_imports_only_what_its_rule_names(here):
    wrong = []
    for there, files in edges().get(here, {}).items():
        for file in files:
            modules = [m for m in imported_modules(PACKAGE / file) if m.split(".")[1:2] == [there]]
            wrong += [f"{file} imports {m}" for m in modules if not allowed(here, there, m)]
    assert not wrong


def test_no_two_folders_import_each_other_in_a_circle():
    """Each folder is taken away once all that it imports is gone; what never goes is a circle."""
    left = {here: set(found) for here, found in edges().items()}
    while True:
        free = [here for here, found in left.items() if not found & set(left)]
        if not free:
            break
        for here in free:
            del left[here]
    assert not left, f"a circle among {sorted(left)}"


@pytest.mark.parametrize(
    "here", ["config", "latents", "networks", "data", "training", "metrics", "planning", "official"]
)
def test_what_computes_does_not_know_matplotlib(here):
    folder = PACKAGE / here
    paths = folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]
    assert not [
        path for path in paths if any(m.split(".")[0] == "matplotlib" for m in imported_modules(path))
    ]


def test_the_package_starts_without_matplotlib_widgets_and_checks():
    """In a process of its own, in which matplotlib and ipywidgets cannot be imported (Keras loads the first itself)."""
    program = (
        "import sys; sys.modules['matplotlib'] = sys.modules['ipywidgets'] = None\n"
        "import stylegan_tf\n"
        "loaded = {name.split('.')[1] for name in sys.modules if name.startswith('stylegan_tf.')}\n"
        "print(sorted(loaded & {'widgets', 'checks', 'figures', 'course', 'cli', 'editing', 'ablation'}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "[]"


def test_checks_and_widgets_are_there_when_they_are_asked_for():
    import stylegan_tf as sg

    assert callable(sg.checks.grade) and callable(sg.widgets.truncation)
    with pytest.raises(AttributeError, match="no attribute 'chekcs'"):
        sg.chekcs  # noqa: B018


def test_what_keras_rarely_needs_is_loaded_when_it_is_used():
    """pyplot and scipy.stats in a process of its own: not loaded by the start, and whole once they are used."""
    program = (
        "import sys, stylegan_tf\n"
        "print('matplotlib.figure' in sys.modules, 'scipy.stats._continuous_distns' in sys.modules)\n"
        "from matplotlib import pyplot\n"
        "from scipy import stats\n"
        "print(type(pyplot.figure()).__name__, stats.norm.cdf(0))\n"
        "import keras, numpy\n"
        "images = numpy.zeros((1, 4, 4, 1))\n"
        "keras.visualization.plot_image_gallery(images, value_range=(0, 1), rows=1, cols=1)\n"
        "print('drawn')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split("\n")[:3] == ["False False", "Figure 0.5", "drawn"], done.stderr

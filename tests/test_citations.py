"""What the texts cite can be opened: paths that exist, headings that are there, no page that is not in the repository."""

import ast
import json
import re

import pytest
from support.repository import ROOT, tracked_files

TEXTS = {".py", ".md", ".ipynb", ".toml", ".yml", ".html", ".js"}
FOLDERS = "stylegan_tf|tests|benchmarks|tools|docs|data|notebooks"
PATH = re.compile(
    rf"(?<![\w/.])((?:{FOLDERS})/[\w./-]*\w\.(?:py|md|ipynb|npz|png|csv|js|html|json|txt|yml))\b"
)


def texts():
    return {
        path: path.read_text() for path in tracked_files() if path.suffix in TEXTS or path.name == "Makefile"
    }


def test_no_text_cites_a_page_that_is_not_in_the_repository():
    pages = [
        "SP" + "EC",
        "COU" + "RSE.md",
        "REV" + "IEW.md",
        "STUM" + "BLES.md",
        "PEE" + "RS.md",
    ]  # not named here either
    word = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, pages))})(?!\w)")
    found = {path: word.findall(text) for path, text in texts().items()}
    assert not {str(path.relative_to(ROOT)): words for path, words in found.items() if words}


def test_every_path_that_a_text_names_exists():
    """Of the repository; changelog and results tell of what there was when they were written."""
    missing = []
    for path, text in texts().items():
        name = path.relative_to(ROOT).as_posix()
        if name == "CHANGELOG.md" or name.startswith(("tests/", "benchmarks/results/")):
            continue
        missing += [f"{name}: {found}" for found in PATH.findall(text) if not (ROOT / found).exists()]
    examples = ("notebooks/student/", "data/ffhq", "data/pretrained/NAME.npz")  # and what commands write
    assert not [line for line in missing if not line.split(": ")[1].startswith(examples)]


def headings(page):
    return set(re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE))


def test_every_heading_that_the_code_cites_is_on_its_page():
    wrong = []
    for path, text in texts().items():
        if path.suffix != ".py" or "tests" in path.parts:
            continue
        flat = re.sub(r"\s*\n\s*(?:# )?", " ", text)
        for page, heading in re.findall(r"(docs/\w+\.md), ([A-Z][\w ,'-]*?)(?=[.;:)\]\"]|$)", flat):
            if not any(heading.startswith(known) or known.startswith(heading) for known in headings(page)):
                wrong.append(f"{path.name}: {page}, {heading}")
    assert not wrong


# Lessons name the files in which their concept stands.

CONCEPTS = {  # lesson -> {file that it names: what the file defines}
    "00": {"networks/generator.py": "Generator", "latents/truncation.py": "truncate"},
    "01": {"training/losses.py": "generator_logistic"},
    "02": {
        "training/schedule.py": "Schedule",
        "training/fade_of_reals.py": "fade_reals",
        "networks/layers.py": "EqualizedConv2D",
        "training/losses.py": "gradient_penalty",
    },
    "03": {
        "latents/codes.py": "slerp",
        "latents/directions.py": "direction",
        "data/toyfaces/factors.py": "sample_factors",
    },
    "04": {"networks/mapping.py": "MappingNetwork", "metrics/recovery.py": "factor_recovery"},
    "05": {"networks/adain.py": "AdaIN", "networks/synthesis.py": "LearnedConstant"},
    "06": {"networks/noise.py": "NoiseInjection", "figures/noise.py": "noise_figure"},
    "07": {
        "networks/discriminator.py": "Discriminator",
        "networks/layers.py": "Blur",
        "training/losses.py": "r1_penalty",
    },
    "08": {
        "training/step.py": "train_step",
        "training/loop.py": "fit",
        "training/average.py": "average_generator",
        "training/schedule.py": "Schedule",
        "training/time_box.py": "plan_time_box",
    },
    "09": {
        "training/style_mixing.py": "mixed_styles",
        "latents/codes.py": "mix",
        "metrics/entanglement.py": "layer_factor_atlas",
    },
    "10": {"latents/truncation.py": "truncate", "metrics/truncation.py": "truncation_table"},
    "11": {"metrics/fid.py": "fid", "metrics/kid.py": "kid", "metrics/coverage.py": "precision_recall"},
    "12": {"metrics/path_length.py": "perceptual_path_length", "metrics/distances.py": "DigitsDistance"},
    "13": {"metrics/separability.py": "linear_separability"},
    "14": {
        "latents/directions.py": "direction",
        "editing/projection.py": "project",
        "metrics/entanglement.py": "leakage",
    },
    "15": {"ablation/variants.py": "variants", "ablation/comparison.py": "compare"},
    "16": {"planning/plan.py": "plan", "planning/memory.py": "host", "official/load.py": "load"},
    "17": {"widgets/playground/state.py": "State", "networks/synthesis.py": "SynthesisNetwork"},
}


def definitions(file):
    """The names that a module defines at its top."""
    tree = ast.parse((ROOT / "stylegan_tf" / file).read_text())
    return {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


@pytest.mark.parametrize("lesson", CONCEPTS)
def test_a_lesson_names_the_files_that_define_its_concepts(lesson):
    (path,) = (ROOT / "notebooks").glob(f"{lesson}_*.ipynb")
    text = "".join("".join(cell["source"]) for cell in json.loads(path.read_text())["cells"])
    for file, concept in CONCEPTS[lesson].items():
        assert f"`stylegan_tf/{file}`" in text, f"lesson {lesson} does not name {file}"
        assert concept in definitions(file), f"{file} does not define {concept}"

"""Every decimal number in a lesson's prose is in the code or the output of one of its cells, or is the paper's.

A number agrees with an output that rounds to it, as it is or in per cent.
"""

import json
import re
from pathlib import Path

import pytest

FILES = {
    path.name[:2]: path
    for path in sorted((Path(__file__).parent.parent.parent / "notebooks").glob("*.ipynb"))
}
NUMBER = r"(?<![\w.,/-])\d[\d,]*\.\d+(?![\w.]*\d)"
# Parts of prose whose decimals count nothing: code, links, formulas, sections of a paper, versions.
NO_COUNT = r"`[^`]*`|\]\([^)]*\)|\$\$.*?\$\$|\$[^$]*\$|sections? \d\.\d|arXiv:? ?\d+\.\d+|ipywidgets \d\.\d"

# Karras et al. 2018
PAPER = {
    # Table 1: FID of CelebA-HQ and FFHQ, A to F
    *(7.79, 8.04, 6.11, 5.25, 5.34, 4.85, 5.07, 4.88, 5.06, 4.42, 5.17, 4.40),
    # Table 2: FID of 1 to 4 latents
    *(4.42, 8.22, 12.88, 17.41, 4.41, 6.10, 8.71, 11.61, 4.40, 5.11, 6.88, 9.03, 4.83, 5.17, 6.63, 8.40),
    # Table 3: path length and separability
    *(412.0, 415.3, 10.78, 446.2, 376.6, 3.61, 200.5, 160.6, 3.54, 231.5, 182.1, 3.51, 234.0, 195.9, 3.79),
    # Table 4: FID, path length and separability by depth
    *(5.25, 412.0, 415.3, 10.78, 4.87, 896.2, 902.0, 170.29, 324.5, 212.2, 6.52),
    *(5.06, 283.5, 285.5, 9.88, 4.60, 219.9, 209.4, 6.81, 4.43, 217.8, 199.9, 6.25, 4.40, 234.0, 195.9, 3.79),
    # Karras et al. 2019 (StyleGAN2), Table 1: FID of the last configuration
    2.84,
}


def numbers_of_cells(notebook):
    """Every number in the code and in the text outputs of a notebook."""
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            texts = ["".join(cell["source"])]
            for output in cell["outputs"]:
                texts.append("".join(output.get("text", "")))
                texts += [
                    "".join(output.get("data", {}).get(kind, "")) for kind in ("text/plain", "text/html")
                ]
            for text in texts:
                found += [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*\.?\d*(?:e-?\d+)?", text)]
    return found


def decimals_of_prose(notebook):
    """(cell, number as text) for every decimal number of the prose."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            prose = re.sub(NO_COUNT, " ", "".join(cell["source"]), flags=re.DOTALL)
            for number in re.findall(NUMBER, prose):
                yield cell["id"], number


def without_source(notebook, allowed):
    """The decimals of the prose that are neither an output, nor allowed."""
    known = numbers_of_cells(notebook)
    known += [100 * number for number in known]
    missing = []
    for cell, text in decimals_of_prose(notebook):
        number = float(text.replace(",", ""))
        half_a_digit = 0.5 * 10.0 ** -len(text.partition(".")[2])
        if number not in allowed and not any(abs(number - k) <= 1.000001 * half_a_digit for k in known):
            missing.append((cell, text))
    return missing


@pytest.mark.parametrize("lesson", FILES)
def test_a_number_in_prose_has_a_source(lesson):
    notebook = json.loads(FILES[lesson].read_text("utf-8"))
    assert not without_source(notebook, PAPER)


def test_a_wrong_number_is_found():
    def cell(kind, source, output=""):
        outputs = [{"output_type": "stream", "name": "stdout", "text": [output]}]
        return {"cell_type": kind, "id": kind, "source": [source], "outputs": outputs}

    notebook = {
        "cells": [
            cell("code", "print(fid)", "FID 3.1417, share 0.256"),
            cell(
                "markdown", "FID is 3.14, not 3.15, for `x = 9.99` and 25.6 % (section 4.2, Table 1: 4.40)."
            ),
        ]
    }
    assert without_source(notebook, {4.40}) == [("markdown", "3.15")]

"""The site, built once from the notebooks as they were executed: nothing missing, nothing broken, nothing
from elsewhere.
"""

import json
import re
import sys

import pytest
from support.built_site import LIMIT, ROOT, Page, build_site

import stylegan_tf
from stylegan_tf.course import student

sys.path.insert(0, str(ROOT / "docs" / "site" / "extensions"))
import plain_docstrings  # noqa: E402
import reference_pages  # noqa: E402


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build_site(tmp_path_factory)


@pytest.fixture(scope="module")
def pages(site):
    """{path: Page} of all pages."""
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def notebooks():
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_every_notebook_and_every_text_is_a_page_that_the_front_page_leads_to(site, pages):
    sources = [*notebooks(), *(ROOT / "docs").glob("*.md")]
    wanted = {(site / file.relative_to(ROOT)).with_suffix(".html") for file in sources}
    reached, todo = set(), {site / "index.html"}
    while todo:
        reached |= todo
        found = {
            found[0] for path in todo for link, _ in pages[path].links if (found := pages[path].target(link))
        }
        todo = {path for path in found if path in pages} - reached
    assert len(wanted) > 20
    assert wanted <= reached


def test_no_link_between_the_pages_is_broken(pages):
    broken = []
    for page in pages.values():
        for link in {*(link for link, _ in page.links), *page.loads}:
            path, place = page.target(link) or (page.path, "")
            known = pages[path].places if path in pages else None
            if (known is None and not path.is_file()) or (known is not None and place and place not in known):
                broken.append(f"{page.path.name}: {link}")
    assert not broken


def test_no_page_loads_anything_from_another_host(site, pages):
    far = {
        f"{page.path.name}: {link}"
        for page in pages.values()
        for link in page.loads
        if page.target(link) is None
    }
    far = {link for link in far if ": data:" not in link}
    address = re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')]+)")
    far |= {
        f"{style.name}: {url}" for style in site.rglob("*.css") for url in address.findall(style.read_text())
    }
    assert not far


def test_the_front_page_is_light_enough(site, pages):
    files = pages[site / "index.html"].files() | {site / "index.html"}
    assert any(file.parent.name == "networks" for file in files)
    assert sum(file.stat().st_size for file in files) < LIMIT


def test_every_shipped_generator_is_on_the_front_page(site, pages):
    shipped = re.findall(r"^\| `pretrained/(\w+)\.npz`", (ROOT / "data/README.md").read_text(), re.MULTILINE)
    exported = {file.stem for file in pages[site / "index.html"].files() if file.parent.name == "networks"}
    assert "mnist32" in exported
    assert exported == set(shipped) & set(stylegan_tf.PRESETS)


def test_a_lesson_shows_its_stored_pictures_with_their_texts(site, pages):
    for file in notebooks():
        outputs = [o for cell in json.loads(file.read_text())["cells"] for o in cell.get("outputs", ())]
        stored = [o["metadata"]["image/png"]["alt"] for o in outputs if "image/png" in o.get("data", {})]
        shown = [image["alt"] for image in pages[site / "notebooks" / f"{file.stem}.html"].images]
        assert [" ".join(text.split()) for text in shown] == [" ".join(text.split()) for text in stored]


def test_every_picture_of_the_site_has_a_text(pages):
    assert not [
        f"{page.path.name}: {image['src']}"
        for page in pages.values()
        for image in page.images
        if not image.get("alt")
    ]


def test_a_lesson_can_be_opened_in_colab_and_downloaded(site, pages):
    for file in notebooks():
        page = pages[site / "notebooks" / f"{file.stem}.html"]
        links = {text: link for link, text in page.links}
        assert links["Open in Colab"].endswith(f"/notebooks/{file.name}")
        assert page.target(links["Download the notebook"])[0].read_bytes() == file.read_bytes()


def test_every_solution_is_folded_and_so_is_the_cell_that_installs(site):
    for file in notebooks():
        sources = ["".join(cell["source"]) for cell in json.loads(file.read_text())["cells"]]
        solutions = sum(bool(student.blank(source)[1]) for source in sources)
        page = (site / "notebooks" / f"{file.stem}.html").read_text("utf-8")
        assert page.count("Show a solution") == solutions >= 2
        assert page.count("Show how the package is installed") == 1


def test_formulas_are_set_by_mathjax_of_the_site_itself(site, pages):
    with_math = [page for page in pages.values() if "math" in page.classes]
    assert len(with_math) > 5
    for page in with_math:
        assert site / "_static/mathjax/tex-svg.js" in page.files()
    assert (site / "_static/mathjax/LICENSE").is_file()


def test_every_public_name_has_its_place_in_the_reference(site, pages):
    linked = {text for _, text in pages[site / "reference" / "index.html"].links}
    assert {f"sg.{name}" for name in stylegan_tf.__all__} <= linked


def test_a_class_shows_what_it_takes_though_keras_hides_it(site):
    text = (site / "reference" / "networks.html").read_text()
    start = text.index('id="stylegan_tf.networks.generator.Generator"')
    assert (
        re.findall(r'<em class="sig-param">.*?class="pre">(\w+)<', text[start : text.index("</dt>", start)])[
            0
        ]
        == "config"
    )


def test_the_reference_follows_the_map_of_the_package():
    found = sorted(reference_pages.modules(), key=reference_pages.place)
    order = [
        "config",
        "latents",
        "networks",
        "training",
        "data",
        "metrics",
        "figures",
        "runs",
        "editing",
        "cli",
    ]
    assert [name for m in found if (name := m.rpartition(".")[2]) in order] == order
    assert reference_pages.place("stylegan_tf.no_such_file") == len(reference_pages.MAP)


def test_a_docstring_keeps_its_stars_lists_and_indented_lines():
    text = """Scales x by **kwargs, w_ and ``a_``.

Args:
    a, b: (B, D), two
        lines.
    *rest: more.

>>> f(x)   # once

Use:
    python -m this *"""
    assert plain_docstrings.convert(text.split("\n")) == [
        r"Scales x by \*\*kwargs, w\_ and ``a_``.", "",
        "Args:", "",
        "* **a, b**: (B, D), two", "  lines.", r"* **\*rest**: more.", "",
        ".. code-block:: python", "", "   f(x)   # once", "",
        "Use:", "",
        ".. code-block:: text", "", "   python -m this *", "",
    ]  # fmt: skip

"""The site, built once from the notebooks as they were executed: nothing missing, nothing broken, nothing from elsewhere."""

import json
import re
import sys

import pytest
from built_site import LIMIT, ROOT, build_site, loaded, parse, target

import stylegan_tf

sys.path.insert(0, str(ROOT / "docs" / "site" / "extensions"))
import plain_docstrings  # noqa: E402
import reference_pages  # noqa: E402


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build_site(tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def pages(site):
    """{page: its parsed text}, of all pages."""
    return {page: parse(page) for page in sorted(site.rglob("*.html"))}


def test_every_notebook_and_every_text_is_a_page_that_the_front_page_leads_to(site, pages):
    sources = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "docs").glob("*.md")]
    wanted = {(site / file.relative_to(ROOT)).with_suffix(".html") for file in sources}
    start = site / "index.html"
    reached, todo = {start}, [start]
    while todo:
        page = todo.pop()
        found = {target(page, a["href"])[0] for a in pages[page].select("a[href]") if target(page, a["href"])}
        new = {path for path in found if path in pages} - reached
        reached |= new
        todo += new
    assert len(wanted) > 20
    assert wanted <= reached


def test_no_link_between_the_pages_is_broken(pages):
    places = {page: {tag["id"] for tag in soup.select("[id]")} for page, soup in pages.items()}
    broken = []
    for page, soup in pages.items():
        for link in [a["href"] for a in soup.select("a[href]")] + loaded(soup):
            if (found := target(page, link)) is None:
                continue
            path, place = found
            if not path.is_file() or (place and path in places and place not in places[path] and place != "top"):
                broken.append(f"{page.name}: {link}")
    assert not broken


def test_no_page_loads_anything_from_another_host(site, pages):
    far = [f"{page.name}: {link}" for page, soup in pages.items() for link in loaded(soup) if target(page, link) is None]
    far = [link for link in far if ": data:" not in link]
    for style in site.rglob("*.css"):
        far += [
            f"{style.name}: {url}" for url in re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')]+)", style.read_text())
        ]
    assert not far


def test_the_front_page_is_light_enough(site, pages):
    front = site / "index.html"
    files = {target(front, link)[0] for link in loaded(pages[front])} | {front}
    assert any(file.parent.name == "networks" for file in files)
    assert sum(file.stat().st_size for file in files) < LIMIT


def test_every_shipped_generator_is_on_the_front_page(site, pages):
    shipped = {line for line in re.findall(r"^\| `pretrained/(\w+)\.npz`", (ROOT / "data/README.md").read_text(), re.MULTILINE)}
    scripts = {target(site / "index.html", link)[0] for link in loaded(pages[site / "index.html"])}
    exported = {script.stem for script in scripts if script.parent.name == "networks"}
    assert "mnist32" in exported
    assert exported == {name for name in shipped if name in stylegan_tf.PRESETS}


def test_a_lesson_shows_its_stored_pictures_with_their_texts(site, pages):
    for file in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(file.read_text())["cells"]
        outputs = [o for cell in cells for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
        texts = [" ".join(o["metadata"]["image/png"]["alt"].split()) for o in outputs]
        page = pages[site / "notebooks" / f"{file.stem}.html"]
        assert [" ".join(img["alt"].split()) for img in page.select(".cell_output img")] == texts


def test_every_picture_of_the_site_has_a_text(pages):
    missing = [f"{page.name}: {img['src']}" for page, soup in pages.items() for img in soup.select("img") if not img.get("alt")]
    assert not missing


def test_a_lesson_can_be_opened_in_colab_and_downloaded(site, pages):
    for file in sorted((ROOT / "notebooks").glob("*.ipynb")):
        page = site / "notebooks" / f"{file.stem}.html"
        colab, download = pages[page].select(".lesson-links a")
        assert colab["href"].endswith(f"/notebooks/{file.name}")
        assert json.loads(target(page, download["href"])[0].read_text()) == json.loads(file.read_text())


def test_formulas_are_set_by_mathjax_of_the_site_itself(site, pages):
    with_math = [page for page, soup in pages.items() if soup.select(".math")]
    assert len(with_math) > 5
    for page in with_math:
        assert site / "_static/mathjax/tex-svg.js" in {
            target(page, link)[0] for link in loaded(pages[page]) if target(page, link)
        }
    assert (site / "_static/mathjax/LICENSE").is_file()


def test_every_public_name_has_its_place_in_the_reference(site, pages):
    index = site / "reference" / "index.html"
    linked = {a.get_text() for a in pages[index].select("a.reference.internal")}
    data = {"ABLATIONS", "PRESETS"}
    assert {f"sg.{name}" for name in stylegan_tf.__all__ if name not in data} <= linked


def test_the_reference_follows_the_map_of_the_package():
    found = sorted(reference_pages.modules(), key=reference_pages.place)
    order = ["config", "layers", "mapping", "adain", "noise", "synthesis", "generator", "discriminator", "training", "cli"]
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

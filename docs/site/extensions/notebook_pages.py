"""What the pages need beyond Sphinx: links over a lesson, folded solutions, MathJax and the networks from the
site's own folder.
"""

import json
import re
import shutil
from pathlib import Path

import mathjax  # of django-static-mathjax: the files of MathJax 3.2.2, and no Django
from myst_nb.core.render import NbElementRenderer

from stylegan_tf.course import student

BADGE = re.compile(r"\[!\[[^\]]*\]\([^)]*colab-badge[^)]*\)\]\(([^)]*)\)")
SCRIPTS = ("stylegan.js", "snippet.js", "playground.js")


def add_links(app, docname, source):
    """Colab's badge is a picture from another host: two links of our own take its place."""
    if not docname.startswith("notebooks/"):
        return
    notebook, name = json.loads(source[0]), docname.partition("/")[2]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            links = [r"[Open in Colab](\1)", f"{{download}}`Download the notebook <{name}.ipynb>`"]
            links = "\n".join([":::{container} lesson-links", *links, ":::"])
            cell["source"] = BADGE.sub(links, "".join(cell["source"]))
        else:
            fold(cell)
    source[0] = json.dumps(notebook)


def fold(cell):
    """Fold a cell that installs the package, and one that has a solution, under a line that says so."""
    if student.blank("".join(cell["source"]))[1]:
        cell["metadata"]["tags"] = [*cell["metadata"].get("tags", []), "hide-input"]
        what = "a solution"
    elif "hide-input" in cell["metadata"].get("tags", []):
        what = "how the package is installed where it is missing"
    else:
        return
    cell["metadata"]["mystnb"] = {"code_prompt_show": f"Show {what}", "code_prompt_hide": f"Hide {what}"}


def with_text(render_image):
    """A picture's node with the text that ``course.show`` stores in the output; myst-nb takes only its size
    from there.
    """

    def render(self, data):
        nodes = render_image(self, data)
        for node in nodes:
            node["alt"] = data.output_metadata.get(data.mime_type, {}).get("alt", "")
        return nodes

    return render


def networks(app) -> list[Path]:
    return sorted((Path(app.srcdir) / "networks").glob("*.js"))


def copy_files(app):
    """MathJax, which is one file with its letters inside, and the networks."""
    if app.builder.format != "html":
        return
    static, source = Path(app.outdir) / "_static", Path(mathjax.__file__).parent / "static" / "mathjax"
    for folder, files in {
        "mathjax": [source / "es5" / "tex-svg.js", source / "LICENSE"],
        "networks": networks(app),
    }.items():
        (static / folder).mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copy(file, static / folder)


def add_scripts(app, pagename, templatename, context, doctree):
    """The front page alone draws pictures."""
    if pagename == "index":
        for script in [*(f"networks/{network.name}" for network in networks(app)), *SCRIPTS]:
            app.add_js_file(script, loading_method="defer")


def help_readers(app, pagename, templatename, context, doctree):
    """For keyboards and screen readers: code that scrolls can have the focus, and a heading has a level."""
    if "body" in context:
        context["body"] = context["body"].replace("<pre>", '<pre tabindex="0">')
    if "furo_navigation_tree" in context:
        levels = context["furo_navigation_tree"].replace('role="heading"', 'role="heading" aria-level="2"')
        context["furo_navigation_tree"] = levels


def setup(app):
    NbElementRenderer.render_image = with_text(NbElementRenderer.render_image)
    app.connect("source-read", add_links)
    app.connect("builder-inited", copy_files)
    app.connect("html-page-context", add_scripts)
    app.connect("html-page-context", help_readers, priority=900)  # after the theme has made its tree
    return {"parallel_read_safe": True}

"""Settings of Sphinx; build.py lays out what it reads."""

import sys
from pathlib import Path

import stylegan_tf

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "extensions"))

project = "stylegan_tf"
author = copyright = "the stylegan_tf authors"
release = version = stylegan_tf.__version__

extensions = [
    "myst_nb", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx.ext.viewcode", "sphinx_copybutton",
    "plain_docstrings", "notebook_pages",
]  # fmt: skip
exclude_patterns = [".doctrees"]
root_doc = "index"

# Notebooks: shown as they were executed
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
myst_all_links_external = False

# The reference
autodoc_inherit_docstrings = False  # what is Keras's is explained there
autodoc_member_order = "bysource"
# StyleGAN.start_from is a function of another file: its source page must link to where it is described.
viewcode_follow_imported_members = False
autodoc_default_options = {"members": True, "ignore-module-all": True}
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 120
toc_object_entries_show_parents = "hide"

# The look
html_theme = "furo"
html_title = f"stylegan_tf {release}"
html_static_path = ["static"]
html_favicon = "static/favicon.svg"
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_search_summary = (
    False  # it would fetch pages, which a browser refuses where they are opened from a disk
)
mathjax_path = "mathjax/tex-svg.js"  # with its letters inside: no fonts to be fetched
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "a11y-high-contrast-dark"
copybutton_exclude = ".linenos, .gp, .go"
html_theme_options = {"footer_icons": [], "top_of_page_buttons": []}

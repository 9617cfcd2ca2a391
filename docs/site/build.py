"""Builds the site: make site.

    python docs/site/build.py build/site

The pages are copied, laid out as in the repository, so that a link that works there works here. Notebooks are
shown as they were executed, never run again, and nothing is fetched from a network.
"""

import argparse
import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import main as sphinx_build

from stylegan_tf import PRESETS, pretrained
from stylegan_tf.course import web_export
from stylegan_tf.files import data_file

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE / "extensions"))
import lesson_cards  # noqa: E402
import reference_pages  # noqa: E402

PAGES = (
    "docs/*.md",
    "docs/*.png",
    "docs/widgets/*.png",
    "notebooks/*.ipynb",
    "data/README.md",
    "benchmarks/results/*.md",
    "CONTRIBUTING.md",
)


def generators() -> list[str]:
    """The shipped generators that the front page shows: one of each preset, not those that a lesson has for
    its comparison.
    """
    return [file.stem for file in sorted(data_file("pretrained").glob("*.npz")) if file.stem in PRESETS]


def lay_out(source: Path) -> None:
    """The folder that Sphinx reads: copies of the pages, the pages of the reference and of the list of
    lessons, the networks as scripts.
    """
    shutil.rmtree(source, ignore_errors=True)
    for file in [file for pattern in PAGES for file in ROOT.glob(pattern)]:
        copy = source / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    for page in [*HERE.glob("*.md"), *HERE.glob("*.html")]:
        shutil.copy(page, source)
    reference_pages.write(source / "reference")
    lesson_cards.write(source)
    (source / "networks").mkdir()
    for name in generators():
        (source / "networks" / f"{name}.js").write_text(
            web_export.script(pretrained(name).ema_generator, name)
        )


def build(out: Path, *, check_links: bool = False) -> int:
    """Write the site to a fresh folder; returns the exit code of Sphinx, to which a warning is an error."""
    source = out.with_name(f"{out.name}.source")
    lay_out(source)
    shutil.rmtree(out, ignore_errors=True)
    builder = "linkcheck" if check_links else "html"
    folders = ["-c", str(HERE), "-d", str(source / ".doctrees"), str(source), str(out)]
    return sphinx_build(["-b", builder, "-q", "-W", "--keep-going", *folders])


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python docs/site/build.py", description="Build the site, without a network."
    )
    parser.add_argument("out", type=Path, help="folder to write to; what is in it goes")
    parser.add_argument(
        "--check-links",
        action="store_true",
        help="ask every outside link whether it answers; needs a network",
    )
    args = parser.parse_args(argv)
    failed = build(args.out.resolve(), check_links=args.check_links)
    if not failed:
        print(f"open {args.out}/index.html" if not args.check_links else "every link answers")
    return failed


if __name__ == "__main__":
    raise SystemExit(main())

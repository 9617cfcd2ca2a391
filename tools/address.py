"""Write the repository's address, one line of pyproject.toml, into every other file that names it.

    python tools/address.py            # after a change of that line, in a fork for example
    python tools/address.py --check    # only name the files that differ

These are the notebooks (badge and first cell), the badge of the README, and CITATION.cff. The site, the
students' notebooks and the sheets are made of these.
"""

import argparse
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GITHUB = "https://github.com/"
PLACE = r"[\w.-]+/[\w.-]+"  # owner and name

# Kind of file -> what stands before and after owner and name
BADGE = (r"\(https://colab\.research\.google\.com/github/", r"/blob/")
FIRST_CELL = (rf'place = \\"git\+{GITHUB}', r'\\"')  # in JSON
CITATION = (rf"^repository-code: {GITHUB}", "$")
FILES = {
    "notebooks/*.ipynb": (BADGE, FIRST_CELL),
    "README.md": (BADGE,),
    "CITATION.cff": (CITATION,),
}


def address(root: Path) -> str:
    """Owner and name, ``OWNER/NAME``, as pyproject.toml has them.

    Raises:
        ValueError: if the repository is not on GitHub, the only place whose notebooks Colab opens by a link.
    """
    url = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Repository"]
    place = url.removeprefix(GITHUB)
    if not re.fullmatch(PLACE, place):
        raise ValueError(f"Repository in pyproject.toml is '{url}'; write it as {GITHUB}OWNER/NAME")
    return place


def with_address(file: Path, contexts, place: str) -> str:
    """The text of a file with this address in it.

    Raises:
        ValueError: if the file no longer has a place for it.
    """
    text = file.read_bytes().decode("utf-8")  # as it is: a file's line ends stay
    for before, after in contexts:
        text, count = re.subn(
            f"({before}){PLACE}(?={after})", lambda found: found[1] + place, text, flags=re.MULTILINE
        )
        if not count:
            raise ValueError(f"{file} has nothing like {before}OWNER/NAME{after}; put it back")
    return text


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file differs")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of the checkout")
    args = parser.parse_args(argv)
    try:
        place = address(args.root)
        changed = {
            file: text
            for pattern, contexts in FILES.items()
            for file in sorted(args.root.glob(pattern))
            if (text := with_address(file, contexts, place)) != file.read_bytes().decode("utf-8")
        }
    except ValueError as error:
        parser.error(str(error))
    for file, text in changed.items():
        if not args.check:
            file.write_bytes(text.encode("utf-8"))
        print(file.relative_to(args.root), "differs" if args.check else "written")
    return 1 if args.check and changed else 0


if __name__ == "__main__":
    raise SystemExit(main())

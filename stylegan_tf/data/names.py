"""The names of data sets, as the command line takes them: from a name to a Source."""

from __future__ import annotations

from stylegan_tf.data.digits import load_digits, load_tfds
from stylegan_tf.data.ffhq.dataset import load_ffhq
from stylegan_tf.data.folder.dataset import STRETCHED, Folder, open_folder
from stylegan_tf.data.folder.listing import classes, labels_of, list_pictures, numbered
from stylegan_tf.data.source import Source
from stylegan_tf.data.tfrecords import TFRecords
from stylegan_tf.data.toyfaces.dataset import load_toyfaces
from stylegan_tf.data.toyfaces.factors import PALETTE, PALETTES, factors_of
from stylegan_tf.files import expanded

NAMES = "digits, toyfaces[:DIALS], tfds:NAME, folder:PATH, tfrecords:PATH, ffhq:PATH"


def palette_of(text: str) -> str:
    """The name of a palette; ValueError if there is none of that name."""
    factors_of(text)
    return text


# What may follow toyfaces, as in toyfaces:count=40000,rho=0.8
DIALS = {"count": int, "seed": int, "rho": float, "hole": float, "detail": float, "palette": palette_of}
DIALS_TEXT = f"count=FACES, seed=NUMBER, rho=-1..1, hole=0..1, detail=0..1, palette={' or '.join(PALETTES)}"


def check_name(name: str) -> None:
    """Raise ValueError if no data set can have that name."""
    what, colon, place = name.partition(":")
    if what == "toyfaces":
        dials(place if colon else None)
        return
    is_elsewhere = what in ("tfds", "folder", "tfrecords", "ffhq") and place
    if name != "digits" and not is_elsewhere:
        raise ValueError(f"there is no data set '{name}'; choose one of {NAMES} (such as tfds:fashion_mnist)")


def dials(text: str | None) -> dict:
    """The arguments of ``load_toyfaces`` that a text such as "count=40000,rho=0.8" gives; none for None.

    Raises:
        ValueError: for a dial that does not exist, or a value that is no number.
    """
    if text is None:
        return {}
    found = {}
    for part in text.split(","):
        key, _, value = part.partition("=")
        try:
            found[key] = DIALS[key](value)
        except (KeyError, ValueError):
            raise ValueError(
                f"toyfaces:{text} has '{part}'; its dials are {DIALS_TEXT}, "
                "such as toyfaces:count=40000,rho=0.8"
            ) from None
    return found


def kind(name: str) -> str:
    """The name without the dials of toy faces, but with their palette if it is not the usual one.

    Data sets of one kind are judged by the same networks: all toy faces of a palette, whatever else differs.
    """
    if not is_toyfaces(name):
        return name
    palette, _ = look(name)
    return "toyfaces" if palette == PALETTE else f"toyfaces:palette={palette}"


def is_toyfaces(name: str) -> bool:
    """Whether the data set of a name are toy faces, with whatever dials."""
    return name.partition(":")[0] == "toyfaces"


def look(name: str) -> tuple[str, float]:
    """Palette and detail of the toy faces of a name."""
    _, colon, place = name.partition(":")
    found = dials(place if colon else None)
    return found.get("palette", PALETTE), found.get("detail", 0.0)


def open_dataset(
    name: str,
    data_dir=None,
    download: bool = False,
    resolution: int | None = None,
    channels: int | None = None,
) -> Source:
    """The data set of a name.

    Args:
        name: one of

            - ``digits``: 10,000 digits, which are shipped.
            - ``toyfaces``: 10,000 faces, which are drawn now. Dials may follow, as in
              ``toyfaces:count=40000,rho=0.8``: their count and seed; rho, hole and palette of
              ``sample_factors``; and detail of ``draw_faces``.
            - ``tfds:NAME``: a set of tensorflow-datasets.
            - ``folder:PATH``: your own pictures. The sub-folders are classes if every picture is in one of
              several; dataset.json of NVIDIA's tools goes before them. ``folder:PATH,stretch=true`` makes
              the highest value of 16 bits white, see ``load_folder``.
            - ``tfrecords:PATH``: official TFRecords.
            - ``ffhq:PATH``: FFHQ as it is published.
            A path may begin with ~, the home folder.
        data_dir: where tensorflow-datasets has its data. Drawn faces and a folder's decoded pictures are kept
            there too; without it they are kept nowhere.
        download: allow tensorflow-datasets to download.
        resolution: of drawn faces, by default 32; of a folder's pictures, by default the largest power of two
            up to 1024 that the shorter sides of 95 % of them reach. Other sets come at their own.
        channels: of a folder's pictures, default 3.

    Raises:
        ValueError: for any other name.
        FileNotFoundError: if the data are not on this machine.
    """
    check_name(name)

    # "toyfaces:rho=0.8" is what, a colon, and dials; "folder:PATH" what, a colon, and a place.
    what, colon, place = name.partition(":")
    if what == "digits":
        return load_digits()
    if what == "toyfaces":
        if resolution is None:
            resolution = 32
        return load_toyfaces(resolution=resolution, cache=data_dir, **dials(place if colon else None))
    if what == "tfds":
        return load_tfds(place, data_dir=data_dir, download=download)
    if what == "folder":
        return _open_folder(place, resolution, channels, data_dir)
    if what == "tfrecords":
        return TFRecords(place)
    return load_ffhq(place)


def count_classes(name: str, data_dir=None, download: bool = False) -> int:
    """How many classes the data set of a name has. A folder's pictures are not decoded for it.

    Args:
        data_dir, download: as for ``open_dataset``.

    Raises:
        ValueError: if it has none; the message says why, where that can be told.
    """
    what, _, place = name.partition(":")
    if what == "folder":
        path, _ = folder_of(place)
        listing = list_pictures(path)
        labels, reason = labels_of(listing)
        if labels is not None:
            texts, _ = classes(listing, labels)
            _, names = numbered(list(texts.values()), whole=labels != "folders")
            return len(names)
    else:
        data = open_dataset(name, data_dir, download)
        reason = data.why_unlabelled
        if data.labels is not None:
            return int(data.labels.max()) + 1
    why = f": {reason}" if reason else ""
    raise ValueError(f"{name} has no classes to make labels of{why}; train without labels")


def _open_folder(place: str, resolution, channels, cache) -> Folder:
    """The folder of a name."""
    path, stretch = folder_of(place)
    return open_folder(path, resolution, channels, cache, stretch)


def folder_of(place: str) -> tuple[str, bool]:
    """The path of "PATH" or "PATH,stretch=true", and whether its pictures are stretched."""
    stretch = place.endswith(STRETCHED) and not expanded(place).is_dir()
    path = place.removesuffix(STRETCHED) if stretch else place
    return path, stretch

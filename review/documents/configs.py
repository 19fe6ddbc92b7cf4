"""The configs of a release's folder: what its readers ask for by name, and the files each is made of."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

SPLITS = ("train", "validation", "test")
# Where a split is there in several kinds, readers are pointed at the first of these. A CSV file is for
# people: its cells are not quite the texts.
ENDINGS = (".parquet", ".jsonl", ".jsonl.zst")
MAIN = "cqia"  # the format that is also published source by source


@dataclass(frozen=True)
class DataFile:
    """One file with rows; `path` is relative to the folder of the release."""

    path: str
    format: str
    config: str  # the folder inside that of the format: a source, or "default"
    split: str
    sha256: str
    size: int
    rows: int

    @property
    def ending(self) -> str:
        """ "" for what no program is pointed at."""
        return next((ending for ending in ENDINGS if self.path.endswith(ending)), "")


@dataclass(frozen=True)
class Config:
    """What `load_dataset(folder, name)` reads: files of one format and one kind."""

    name: str
    format: str
    files: tuple[DataFile, ...]

    @property
    def ending(self) -> str:
        return self.files[0].ending

    @property
    def splits(self) -> dict[str, list[DataFile]]:
        """The files of each split there is, in the order of the splits."""
        return {
            split: found
            for split in SPLITS
            if (found := [file for file in self.files if file.split == split])
        }

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.size for file in self.files)

    def rows(self, split: str) -> int:
        return sum(file.rows for file in self.files if file.split == split)

    def patterns(self, split: str) -> list[str]:
        """The files of a split as patterns relative to the folder, one a folder."""
        folders = sorted({file.path.rpartition("/")[0] for file in self.splits[split]})
        return [f"{folder}/{split}-*{self.ending}" for folder in folders]


def configs(files: Iterable[DataFile]) -> list[Config]:
    """The whole of CQIA first, then its sources where there are several, then each other format.

    A source goes by its own name, as those of COIG-CQIA do, unless a format has that name.
    """
    by_format: dict[str, list[DataFile]] = defaultdict(list)
    for file in sorted(files, key=attrgetter("path")):
        by_format[file.format].append(file)
    found = []
    for format_, inside in sorted(by_format.items(), key=lambda each: (each[0] != MAIN, each[0])):
        if not (whole := _preferred(inside)):
            continue
        found.append(Config(format_, format_, whole))
        folders = sorted({file.config for file in inside})
        for folder in folders if len(folders) > 1 else ():
            name = folder if format_ == MAIN and folder not in by_format else f"{format_}-{folder}"
            of_folder = [file for file in inside if file.config == folder]
            found.append(Config(name, format_, _preferred(of_folder)))
    return found


def _preferred(files: list[DataFile]) -> tuple[DataFile, ...]:
    """One kind of file for all: the first of ENDINGS that has every row."""
    kinds = {ending: [file for file in files if file.ending == ending] for ending in ENDINGS}
    most = max((sum(file.rows for file in kind) for kind in kinds.values()), default=0)
    whole = (kind for kind in kinds.values() if kind and sum(file.rows for file in kind) == most)
    return tuple(next(whole, []))

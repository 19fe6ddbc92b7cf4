"""What the documents of a release say of it, gathered once from what was counted when it was frozen."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from review.documents.configs import Config, DataFile, configs
from review.documents.licences import Licence, licence_of

# (name, rows, characters of answers, tokens or None), as the statistics keep them
Share = list[Any]


@dataclass(frozen=True)
class Facts:
    """`statistics` are those of review.statistics, `gate` the figures of the gate's report, and
    `sources` each source's terms as they were then; all of them may be empty."""

    name: str
    slug: str
    description: str
    summary: str
    version: str
    previous: str
    dated: datetime.date
    root: str
    rows: int
    files: tuple[DataFile, ...]
    rejected: int = 0  # rows beside `rows`, for formats that learn from bad answers
    statistics: Mapping[str, Any] = field(default_factory=dict)
    gate: Mapping[str, int] = field(default_factory=dict)
    sources: tuple[Mapping[str, Any], ...] = ()

    @property
    def configs(self) -> list[Config]:
        return configs(self.files)

    @property
    def licence(self) -> Licence:
        """The one licence of all sources, or that there are several."""
        return licence_of({source["licence_kind"] for source in self.sources})

    @property
    def citation(self) -> str:
        return f"{self.name}, version {self.version} ({self.dated.year}). Merkle root {self.root}."

    @property
    def address(self) -> str:
        """A name of the content alone: the release says nothing of the machine it was built on."""
        return f"urn:sha256:{self.root}"

    def shares(self, by: str) -> list[Share]:
        """The mix by source, task, domain, origin, licence or split; the largest first."""
        mix = self.statistics.get("mix", {}).get("by", {}).get(by, {})
        return list(mix.get("top", []))

    @property
    def counts_tokens(self) -> bool:
        whole = self.statistics.get("mix", {}).get("whole")
        return bool(whole) and whole[2] is not None

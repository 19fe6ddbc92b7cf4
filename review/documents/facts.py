"""What the documents of a release say of it, gathered once."""

import datetime
from dataclasses import dataclass

from review.documents.configs import DataFile


@dataclass(frozen=True)
class Facts:
    name: str
    slug: str
    description: str
    summary: str
    version: str
    dated: datetime.date
    publisher: str
    url: str
    licence: str
    citation: str
    files: tuple[DataFile, ...]

"""The formats a release is published in: one a file, all of them in this tuple."""

from review.exports.alpaca import Alpaca
from review.exports.base import Exporter
from review.exports.cqia import Cqia
from review.exports.sharegpt import ShareGpt

EXPORTERS: tuple[Exporter, ...] = (Cqia(), Alpaca(), ShareGpt())

__all__ = ["EXPORTERS", "Exporter"]

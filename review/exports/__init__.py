"""The formats a release is published in: one a file, all of them in this tuple."""

from review.exports.alpaca import Alpaca
from review.exports.base import Exporter
from review.exports.cqia import Cqia
from review.exports.kto import Kto, KtoAlpaca
from review.exports.messages import Messages
from review.exports.preference import Preference, PreferenceAlpaca
from review.exports.ranking import Ranking
from review.exports.sharegpt import ShareGpt
from review.exports.spreadsheet import Spreadsheet
from review.exports.text import Text

EXPORTERS: tuple[Exporter, ...] = (
    Cqia(),
    Alpaca(),
    ShareGpt(),
    Messages(),
    Preference(),
    PreferenceAlpaca(),
    Ranking(),
    Kto(),
    KtoAlpaca(),
    Text(),
    Spreadsheet(),
)

__all__ = ["EXPORTERS", "Exporter"]

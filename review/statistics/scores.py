"""What the judge gave, and how far annotators agreed."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from review.statistics.base import Binned, Figure, Row


class Scores(Figure):
    id: ClassVar[str] = "scores"
    name = _("Scores")
    description = _("The judge’s score of each row that has one, from 1 to 10.")

    def __init__(self) -> None:
        self.scores = Binned(0.5, 10)

    def add(self, row: Row) -> None:
        if row.score is not None:
            self.scores.add(row.score)

    def data(self) -> dict[str, Any]:
        return self.scores.data()


class Agreement(Figure):
    id: ClassVar[str] = "agreement"
    name = _("Agreement")
    description = _("Of every two annotators of a row, how many decided alike: 0 none, 1 all.")

    def __init__(self) -> None:
        self.agreement = Binned(0.1, 1)

    def add(self, row: Row) -> None:
        if row.agreement is not None:
            self.agreement.add(row.agreement)

    def data(self) -> dict[str, Any]:
        return self.agreement.data()

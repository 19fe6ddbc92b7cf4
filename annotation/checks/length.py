from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Group, Measurement, Text, TextCheck
from cqia.lib.text import characters


class Length(TextCheck):
    """Of several answers the longest counts: one usable answer is enough for a person to pick."""

    id = "length"
    name = _("Answer length")
    description = _("Characters of the answer, spaces not counted; the longest of several answers.")
    unit = _("characters")
    group = Group.LENGTH
    too_low = _("Characters of the answer: %(score)s, which is too few.")
    too_high = _("Characters of the answer: %(score)s, which is too many.")
    low = 2
    passes = (
        Text("选哪一项？", ("正确",)),
        Text("绿茶怎么泡？", ("先", "水温八十度。")),
    )
    fails = (Text("选哪一项？", ("A",)), Text("绿茶怎么泡？", (" 略 \n", "")))

    def measure(self, text: Text) -> Measurement:
        return Measurement(max(map(characters, text.answers), default=0))

import re
from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import EVIDENCE, Group, Measurement, Text, TextCheck

_CODE = re.compile(r"```.*?```|(?<!`)`[^`\n]+`(?!`)", re.S)
# “pa$$word” is no formula; a doubled backslash before a bracket ends a line of one.
_DOLLARS = re.compile(r"(?<![A-Za-z0-9])\$\$|\$\$(?![A-Za-z0-9])")
_PAIRS = (
    (re.compile(r"(?<!\\)\\\["), re.compile(r"(?<!\\)\\\]")),
    (re.compile(r"(?<!\\)\\\("), re.compile(r"(?<!\\)\\\)")),
)
_BEGIN, _END = re.compile(r"\\begin\{([^{}\n]{1,40})\}"), re.compile(r"\\end\{([^{}\n]{1,40})\}")


class Fences(TextCheck):
    """Of several answers the one with the fewest counts: one usable answer is enough to pick."""

    id = "fences"
    name = _("Code and formulas that do not close")
    description = _(
        "Fences of code and brackets of formulas that open and do not close: "
        "```, $$, \\[ \\], \\( \\), \\begin and \\end; the best of several answers."
    )
    unit = _("places")
    group = Group.FAULTS
    blocks = True
    too_low = _("Every code block and formula closes.")
    too_high = _("Code or formula that does not close: %(evidence)s")
    high = 0
    passes = (
        Text("如何反转列表？", ("可以用切片：\n```python\nwords[::-1]\n```\n这样最短。",)),
        Text(
            "勾股定理是什么？", ("直角边与斜边满足 \\(a^2+b^2=c^2\\)，即 $$c=\\sqrt{a^2+b^2}$$。",)
        ),
        Text("举一个密码的例子。", ("例如 pa$$word，不过它太弱。",)),
        Text("如何反转列表？", ("```\nwords[::-1]", "用 `words[::-1]` 即可。")),
    )
    fails = (
        Text("如何反转列表？", ("可以用切片：\n```python\nwords[::-1]\n这样最短。",)),
        Text("勾股定理是什么？", ("直角边与斜边满足 \\(a^2+b^2=c^2。",)),
        Text("勾股定理是什么？", ("即 $$c=\\sqrt{a^2+b^2}。",)),
        Text("写出方程组。", ("\\begin{cases} x+y=1 \\\\ x-y=0",)),
    )

    def measure(self, text: Text) -> Measurement:
        return min(map(_open, text.answers), key=lambda found: found.score, default=_NONE)


_NONE = Measurement(0)


def _open(answer: str) -> Measurement:
    if not ("\\" in answer or "```" in answer or "$$" in answer):
        return _NONE
    rest = _CODE.sub(" ", answer)
    found = ["```"] if "```" in rest else []
    if "$$" in rest and len(_DOLLARS.findall(rest)) % 2:
        found.append("$$")
    if "\\" in rest:
        found += _unpaired(rest)
    return Measurement(len(found), " ".join(found)[:EVIDENCE])


def _unpaired(text: str) -> Iterator[str]:
    """The brackets of LaTeX that open more often than they close (regular expressions in a text
    may close more), and its environments that begin or end more often."""
    for opening, closing in _PAIRS:
        if len(opened := opening.findall(text)) > len(closing.findall(text)):
            yield opened[0]
    begun, ended = Counter(_BEGIN.findall(text)), Counter(_END.findall(text))
    yield from (f"\\begin{{{name}}}" for name in begun - ended)
    yield from (f"\\end{{{name}}}" for name in ended - begun)

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import EVIDENCE, Bounds, Group, Measurement, Text, TextCheck
from cqia.lib.personal import find, may_hold_unnumbered


class PersonalData(TextCheck):
    """Evidence is the finds as they stand in the text, then their kinds as masking would name them."""

    id = "personal_data"
    name = _("Personal data")
    description = _(
        "Resident ids, phone numbers, bank cards, plates, credit codes, passports, e-mail and home "
        "addresses, by their checksums and ranges. Helplines, examples and made-up numbers do not "
        "count. Leads may mask what was found instead of dropping the pair."
    )
    unit = _("finds")
    group = Group.PERSONAL
    blocks = True
    too_low = _("No personal data was found.")
    too_high = _("Personal data: “%(evidence)s”")
    high = 0
    lenient = Bounds(high=2)
    passes = (
        Text("遇到火灾怎么办？", ("立即拨打119报警，心理援助热线：13912045678。",)),
        Text("怎么注册？", ("填写手机号，例如 13812345678，邮箱如 name@example.com。",)),
        Text("这台电脑一秒能算几次？", ("大约 4930000000000000000 次，内存是 6222 兆。",)),
        Text("颐和园怎么走？", ("颐和园在北京市海淀区新建宫门路19号，坐地铁四号线即到。",)),
    )
    fails = (
        Text("谁在卖二手书？", ("联系张先生，手机 13907284519。",)),
        Text("请润色这份简历。", ("身份证号：360426199101010071",)),
        Text("怎么投稿？", ("稿件发到 liumengyao.edit@163.com 即可。",)),
        Text("快递寄到哪里？", ("寄到浙江省杭州市西湖区茶香路18号3幢2单元501室。",)),
        Text("谁剐蹭了我的车？", ("对方的车是京N·7P629，白色。",)),
    )

    def measure(self, text: Text) -> Measurement:
        if not _may_hold(text):
            return _NOTHING
        found = [(part, one) for part in text.parts for one in find(part)]
        if not found:
            return _NOTHING
        kinds = "".join(dict.fromkeys(one.kind.placeholder for _part, one in found))
        places = dict.fromkeys(part[one.start : one.end] for part, one in found)
        evidence = " … ".join(places)[: EVIDENCE - len(kinds) - 3]
        return Measurement(len(found), f"{evidence} … {kinds}")


_NOTHING = Measurement(0)
_LONG = tuple(shape.encode() for shape in ("0" * 7, "0000 000", "0000-000"))


def _may_hold(text: Text) -> bool:
    return any(run in text.shape for run in _LONG) or may_hold_unnumbered(text.whole)

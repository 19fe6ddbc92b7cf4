import re

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import EVIDENCE, Bounds, Group, Measurement, Text, TextCheck

_TAGS = (
    "p|br|div|span|font|b|i|u|s|strong|em|a|img|ul|ol|li|dl|dt|dd|h[1-6]|table|tbody|tr|td|th|hr|"
    "sup|sub|center|section|article|blockquote|strike|ref|nowiki"
)
_HTML = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>\n]{{0,300}})?/?>", re.I)
_ENTITY = re.compile(
    r"&(?:nbsp|lt|gt|amp|quot|apos|[lr][sd]quo|[mn]dash|hellip|middot|bull|emsp|ensp|copy|"
    r"#\d{2,6}|#x[0-9A-Fa-f]{2,5});"
)
_BRACKETS = re.compile(
    r"[\[【](?:图片|图|视频|表情|动图|链接|音频|附件|img|image)[\]】]"
    r"|\[/(?:b|i|u|s|url|img|size|color|quote|code|font|align|list|center)\]",
    re.I,
)
_TEMPLATE = re.compile(r"\{\{[^{}\n]{1,80}\}\}|\[\[[^\[\]\n]{1,80}\]\]|\{%[^{}\n]{1,80}%\}")
_ESCAPED = re.compile(r"(?<=[\u4e00-\u9fff。！？；：，）”])(?:\\r)?\\n")
# Whoever asks about markup or programs may be answered in them.
_ABOUT_CODE = re.compile(
    r"html|xml|css|标签|网页|网站|代码|前端|后端|正则|模板|程序|编程|函数|脚本|变量|加粗|粗体|斜体|"
    r"\bjs\b|javascript|vue|react|jsx|php|java|python|markdown|\bdom\b|wiki|latex|占位",
    re.I,
)
_ABOUT_ENTITIES = re.compile("html|xml|转义|实体", re.I)
_CODE = re.compile(
    r"html|xml|css|标签|网页|代码|前端|后端|正则|模板|程序|编程|函数|脚本|变量|js\b|javascript|vue|react|jsx|"
    r"php|java|python|markdown|dom\b|wiki|latex|转义|占位",
    re.I,
)
_CODE = re.compile(r"```.*?(?:```|\Z)|(?<!`)`[^`\n]+`(?!`)", re.S)


class Markup(TextCheck):
    """Prompt and every answer count."""

    id = "markup"
    name = _("Markup left over")
    description = _(
        "HTML tags and entities, marks for pictures, BBCode, templates and escaped line breaks outside code; "
        "questions about markup or programs apart."
    )
    unit = _("places")
    group = Group.FAULTS
    too_low = _("No markup was left over.")
    too_high = _("Markup left over: “%(evidence)s”")
    high = 0
    lenient = Bounds(high=3)
    passes = (
        Text("绿茶怎么泡？", ("水温 < 85 度 & 不加盖，见表 [1]。",)),
        Text("HTML 里怎样换行？", ("用 <br> 标签；空格写成 &nbsp;。",)),
        Text("如何用 Vue 显示变量？", ("写 {{ message }} 即可。",)),
        Text("怎样打印换行？", ("写 `print('\\n')`。",)),
    )
    fails = (
        Text("绿茶怎么泡？", ("<p>水温八十度。</p>",)),
        Text("绿茶怎么泡？", ("水温八十度。&nbsp;先温杯。",)),
        Text("绿茶怎么泡？", ("先温杯。[图片]再注水。",)),
        Text("绿茶怎么泡？", ("[color=red]水温八十度[/color]",)),
        Text("绿茶怎么泡？", ("{{茶叶信息框}}绿茶是[[茶]]的一种。",)),
        Text("绿茶怎么泡？", ("先温杯。\\n再注水。",)),
        Text("介绍一下{{产品}}。", ("这款产品很好。",)),
    )

    def measure(self, text: Text) -> Measurement:
        whole = text.whole
        if not any(mark in whole for mark in _MARKS):
            return _NONE
        rest = _CODE.sub(" ", whole) if "`" in whole else whole
        found = _ENTITY.findall(rest) if "&" in rest else []
        if found and _ABOUT_ENTITIES.search(whole):
            found = []
        other = [match.group() for pattern in _OTHERS for match in pattern.finditer(rest)]
        if other and not _ABOUT_CODE.search(whole):
            found += other
        return Measurement(len(found), " … ".join(found)[:EVIDENCE])


_NONE = Measurement(0)
_MARKS = ("<", "&", "[", "【", "{", "\\n")
_OTHERS = (_HTML, _BRACKETS, _TEMPLATE, _ESCAPED)

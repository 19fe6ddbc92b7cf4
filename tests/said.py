"""Reading a page for what it says in the language of the interface, and for what is left of another."""

import re
from html.parser import HTMLParser

PEOPLE = {
    "lead": "赵一",
    "annotator": "钱二",
    "reviewer": "孙三",
    "evaluator": "李四",
    "outsider": "周五",
    "site_admin": "吴六",
}
"""The cast by user name, as the tests of languages call them."""

# What is shown in every language as it stands: names, formats, files and their fields, units.
NAMES = re.compile(
    r"""
    \w+\.(jsonl|json|csv|md)\b | CQIA(_\w+)? | COIG | Alpaca | ShareGPT | SHA-256 | CSV | SVG | PNG
    | JSONL? | API | Markdown | NUL | UTF-8 | Python | Bradley–Terry | OpenAI | vLLM | token
    | SHA256SUMS | NOTICE | distinct-[123] | Merkle | KTO | TRL | LLaMA-Factory
    | HTML | BBCode | GBK | Latin-1 | GB18030 | MSTTR | Johnson | Ure | MinHash | C-Eval | CMMLU
    | SafetyBench | Ctrl | Alt | Esc | Wilson | JASA | Pearson | Spearman | Cohen | Kappa | AUC | Brier | jieba
    | \\begin | \\end | \{\w+\} | %\(\w+\)s
    | CC[ -]BY[ -][\d.]+ | /v1 | [KM]B | English | (简体)?中文 | https?://\S* | \b[a-z]+_[a-z_]+\b
    | \b(instruction|query|input|output|system|history|question|answer|domain|metadata|copyright)\b
    | \b(responses|messages|sample|source|subcategory|turns|text|model|id|category|prompt|reference|human|gpt|cqia|alpaca|sharegpt)\b
    """,
    re.VERBOSE,
)
# What people of these tests typed in, in either script.
TYPED = re.compile(
    "|".join(PEOPLE.values())
    + r"|茶馆(问答)?|社区问答|问题集|第[一二]轮|茶的问答|茶\.jsonl|写|问|加微信|扫码进群"
    r"|zebra-base|yak-tuned|chaye|judge-9|emu|gnu"
)
ENGLISH = re.compile(r"[A-Za-z]{2,}(?:['’ -]+[A-Za-z]+)*")
HAN = re.compile(r"[\u4e00-\u9fff]+")

VOID = ["area", "br", "col", "hr", "img", "input", "link", "meta", "rect", "path", "circle", "line"]
SILENT = ["script", "style", "code", "pre", "kbd", "cite", "math", "textarea"]
SAID_BY = ("title", "aria-label", "placeholder", "alt", "label")


class Said(HTMLParser):
    """Collects texts; no code, and no content that has a lang of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[tuple[str, bool]] = [("", False)]
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        own = tag != "html" and "lang" in values
        if tag == "html":
            self.lang = values.get("lang") or ""
        if not self.open[-1][1] and not own:
            self.texts += [values.get(name) or "" for name in SAID_BY]
            # What scripts say is in attributes of ours, as sentences.
            self.texts += [v for k, v in attrs if k.startswith("data-") and v and " " in v]
        if tag not in VOID:
            self.open.append((tag, self.open[-1][1] or own or tag in SILENT))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.open[-1][1] and data.strip() not in PEOPLE:
            self.texts.append(data.strip())


def said(page: str) -> Said:
    parser = Said()
    parser.feed(page)
    return parser


def foreign(page: str, script: re.Pattern[str]) -> list[str]:
    """What a page says in another script, names and typed text apart."""
    texts = (NAMES.sub(" ", TYPED.sub(" ", text)) for text in said(page).texts)
    return [found for text in texts for found in script.findall(text)]

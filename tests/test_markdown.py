import random
import re
import time
from html.parser import HTMLParser

import pytest

from cqia.lib.markdown import LENGTH_LIMIT, render

HOSTILE = (
    "* ** _ ` ``` $ $$ \\( \\) \\[ \\] [ ] ( ) ! < > | - # ~~ \\ { } & ^ \\frac 你 ， “ ” a 1 "
    "javascript: https://a.cn \\href{javascript:x} \\left <img/src=x/onerror=y> <svg> \ud800 \0"
)


class Seen(HTMLParser):
    """Every tag and attribute of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def inline(text: str) -> str:
    return render(text).removeprefix("<p>").removesuffix("</p>\n")


def link(href: str, text: str, more: str = "") -> str:
    return f'<a{more} href="{href}" target="_blank" rel="nofollow noopener noreferrer">{text}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**重点**与*强调*", "<strong>重点</strong>与<em>强调</em>"),
        ("~~旧~~", "<s>旧</s>"),
        ("`a < b`", "<code>a &lt; b</code>"),
        ("第一行\n第二行", "第一行<br>\n第二行"),
    ],
)
def test_it_renders_text(text: str, html: str) -> None:
    assert inline(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**“引用”**后", "<strong>“引用”</strong>后"),
        ("前**“引用”**后", "前<strong>“引用”</strong>后"),
        ("**结论：**可以", "<strong>结论：</strong>可以"),
        ("他说**（注意）**了", "他说<strong>（注意）</strong>了"),
        ("*《书》*好", "<em>《书》</em>好"),
        ("你 ** 好 **", "你 ** 好 **"),
        ("a**(b)**c", "a**(b)**c"),
        ("snake_case_name", "snake_case_name"),
    ],
)
def test_it_takes_chinese_emphasis_beside_punctuation(text: str, html: str) -> None:
    assert inline(text) == html


def test_it_shows_html_as_text() -> None:
    assert inline("<script>alert(1)</script><b onclick=x>") == (
        "&lt;script&gt;alert(1)&lt;/script&gt;&lt;b onclick=x&gt;"
    )


def test_it_marks_links() -> None:
    assert inline("[词](https://a.cn/?a=1&b=2)") == link("https://a.cn/?a=1&amp;b=2", "词")


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,hi)",
        "[x](/accounts/logout/)",
        "[x](//evil.example)",
        "![x](data:image/png;base64,AA)",
    ],
)
def test_it_refuses_other_addresses(text: str) -> None:
    assert "a" not in Seen(render(text)).tags
    assert inline(text) == text


def test_it_links_pictures_instead_of_loading_them() -> None:
    assert inline("![图](https://a.cn/x.png)") == link(
        "https://a.cn/x.png", "图", ' class="picture"'
    )
    assert ">https://a.cn/x.png</a>" in inline("![](https://a.cn/x.png)")


def test_it_colours_code_by_class() -> None:
    html = render("```python\nreturn '<b>'\n```")
    assert html == (
        '<pre class="code"><code><span class="k">return</span> '
        "<span class=\"s1\">'&lt;b&gt;'</span>\n</code></pre>\n"
    )


def test_it_leaves_code_of_an_unknown_language_plain() -> None:
    assert render('```"><b>\n<x>\n```') == '<pre class="code"><code>&lt;x&gt;\n</code></pre>\n'


def test_it_aligns_cells_without_inline_style() -> None:
    html = render("|a|b|\n|:-:|--:|\n|1|2|")
    assert '<td class="align-center">1</td>' in html
    assert '<th class="align-right">b</th>' in html
    assert "style" not in html


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("设 $x^2$ 为", "inline"),
        ("设\\(x^2\\)为", "inline"),
        ("设$$x^2$$为", "block"),
        ("设\\[x^2\\]为", "block"),
        ("$$\nx^2\n$$", "block"),
        ("\\[\n\nx^2\n\n\\]\n后", "block"),
        ("- 项\n\n  $$x^2$$", "block"),
        ("> $$\n> x^2\n> $$", "block"),
    ],
)
def test_it_renders_formulas(text: str, display: str) -> None:
    assert (
        f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="{display}">'
        "<mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>"
    ) in render(text)


def test_it_keeps_markdown_out_of_a_formula() -> None:
    html = render("$$\na_1\n= b_2\n\n- c*d*e\n$$")
    assert "<mo>−</mo>" in html
    assert Seen(html).tags.isdisjoint({"ul", "h1", "em", "p"})


def test_it_aligns_equations() -> None:
    html = render("\\[\\begin{aligned}a&=b\\\\c&=d\\end{aligned}\\]")
    assert html.count("<mtr>") == 2
    assert "&amp;" not in html


@pytest.mark.parametrize(
    "text",
    [
        "原价$5，现价$6",
        "花了$5和$6",
        "from $5 to $6 or $ 7 $",
        "US$5 and US$6",
        "$5买了三个，又$",
        "5$ 和 6$",
        "\\$x\\$",
    ],
)
def test_it_does_not_take_prices_for_formulas(text: str) -> None:
    assert "math" not in Seen(render(text)).tags
    assert inline(text) == text.replace("\\", "")


def test_it_leaves_dollars_in_code() -> None:
    assert inline("`$x$`") == "<code>$x$</code>"


@pytest.mark.parametrize(
    "latex", ["\\frac{1", "\\nosuch{x}", "x^2^3", "}{", "a & b", "\\begin{cases} x", "x" * 5000]
)
def test_it_shows_the_source_of_a_bad_formula(latex: str) -> None:
    html = render(f"$$\n{latex}\n$$")
    assert "math" not in Seen(html).tags
    assert latex.replace("&", "&amp;") in html


def test_it_strips_what_a_formula_smuggles() -> None:
    html = render("$\\href{javascript:alert(1)}{x} \\style{color:red}{y} \\class{k}{z}$")
    assert [name for name, _ in Seen(html).attributes] == ["xmlns", "display"]


def test_it_shows_a_huge_text_as_it_is() -> None:
    assert render("*" * LENGTH_LIMIT + "<") == f"<pre>{'*' * LENGTH_LIMIT}&lt;</pre>"


@pytest.mark.parametrize("unit", ["[", "![", "*a **", "$a ", "\\(", "\\[\n", "> ", "|", "`a``"])
def test_it_ends_in_time_on_hostile_text(unit: str) -> None:
    begun = time.perf_counter()
    render((unit * 20_000)[:20_000])
    assert time.perf_counter() - begun < 3


def test_it_lets_nothing_through_whatever_the_text() -> None:
    draw = random.Random(11)
    parts = [*HOSTILE.split(" "), "\n", "\n\n", " ", "    "]
    for _ in range(1500):
        seen = Seen(render("".join(draw.choices(parts, k=draw.randint(1, 40)))))
        assert seen.tags.isdisjoint({"script", "img", "svg", "iframe", "style", "form", "input"})
        assert not [a for a in seen.attributes if a[0] == "style" or a[0].startswith("on")]
        assert all(
            re.match("https?:|mailto:", value) for n, value in seen.attributes if n == "href"
        )

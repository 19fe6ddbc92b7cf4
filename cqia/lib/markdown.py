"""Rich text that users and models wrote, as safe HTML.

CommonMark with tables, ~~strikethrough~~, formulas and coloured code. HTML in the text is shown,
not used; pictures become links, for fetching them would tell their server who reads; a line end
is kept, as models mean it. What comes out passes nh3 with the list below, and has no inline style.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from cqia.lib.formulas import add_formulas

LENGTH_LIMIT = 100_000
"""Characters of a text; a longer one is shown as it is. Default of this project."""

_CODE_LIMIT = 30_000
_SCHEMES = {"http", "https", "mailto"}

_MATH = {
    "math": {"display", "xmlns"},
    "mrow": set[str](),
    "mi": {"mathvariant"},
    "mn": {"mathvariant"},
    "mo": {"stretchy", "fence", "form", "accent", "movablelimits", "largeop", "lspace", "rspace"}
    | {"minsize", "maxsize", "separator", "mathvariant"},
    "mtext": set[str](),
    "mspace": {"width", "height", "depth", "linebreak"},
    "mfrac": {"linethickness"},
    "msqrt": set[str](),
    "mroot": set[str](),
    "msub": set[str](),
    "msup": set[str](),
    "msubsup": set[str](),
    "munder": {"accentunder"},
    "mover": {"accent"},
    "munderover": set[str](),
    "mmultiscripts": set[str](),
    "mprescripts": set[str](),
    "mstyle": {"displaystyle", "scriptlevel", "mathvariant"},
    "mpadded": {"width", "height", "depth", "lspace", "voffset"},
    "mphantom": set[str](),
    "menclose": {"notation"},
    "mtable": {"columnalign", "columnspacing", "rowspacing", "columnlines", "rowlines"}
    | {"displaystyle", "frame"},
    "mtr": set[str](),
    "mtd": {"columnalign"},
}
_PLAIN = (
    "p br hr h1 h2 h3 h4 h5 h6 strong em s blockquote ul li table thead tbody tr th td pre "
    "code span a"
)
_ALLOWED = {tag: set[str]() for tag in _PLAIN.split()} | {"ol": {"start"}, "a": {"href", "title"}}
_CLASSES = {
    "pre": {"code"},
    "code": {"formula"},
    "span": set(STANDARD_TYPES.values()) - {""},
    "a": {"picture"},
    "th": {"align-left", "align-center", "align-right"},
    "td": {"align-left", "align-center", "align-right"},
}
_CLEANER = nh3.Cleaner(
    tags=set(_ALLOWED) | set(_MATH),
    attributes=_ALLOWED | _MATH,
    allowed_classes=_CLASSES,
    url_schemes=_SCHEMES,
    link_rel="nofollow noopener noreferrer",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)
# Han, kana, hangul and their punctuation: the writing that has no spaces between words.
_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]"
)


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Whole addresses only: a relative one would lead into this site, in the reader's name."""
        return url.partition(":")[0].lower() in _SCHEMES


def render(text: str) -> SafeString:
    """Markdown as sanitised HTML; never raises, whatever the text."""
    if len(text) > LENGTH_LIMIT:
        return format_html("<pre>{}</pre>", text)
    # A lone surrogate cannot be written as UTF-8.
    return _render(text.encode("utf-8", "replace").decode())


@lru_cache(maxsize=512)
def _render(text: str) -> SafeString:
    return SafeString(_CLEANER.clean(_parser().render(text)))


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    md = _Markdown("commonmark", {"html": False, "breaks": True, "highlight": _highlight})
    md.enable(["table", "strikethrough"])
    md.inline.ruler.at("emphasis", _emphasis)
    md.add_render_rule("image", _picture)
    md.add_render_rule("th_open", _cell)
    md.add_render_rule("td_open", _cell)
    add_formulas(md)
    return md


def _highlight(code: str, language: str, _: str) -> str:
    coloured = escapeHtml(code)
    if language and len(code) <= _CODE_LIMIT:
        try:
            lexer = get_lexer_by_name(language, stripnl=False)
            coloured = highlight(code, lexer, HtmlFormatter(nowrap=True))
        except ClassNotFound:
            pass
    return f'<pre class="code"><code>{coloured}</code></pre>'


def _picture(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    token = tokens[index]
    source = str(token.attrGet("src"))
    name = renderer.renderInlineAsText(token.children, options, env) if token.children else ""
    return f'<a class="picture" href="{escapeHtml(source)}">{escapeHtml(name or source)}</a>'


def _cell(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    """Alignment as a class, for the policy of the pages refuses inline styles."""
    style = str(tokens[index].attrs.pop("style", ""))
    if style:
        tokens[index].attrSet("class", style.replace("text-align:", "align-"))
    return renderer.renderToken(tokens, index, options, env)


def _emphasis(state: StateInline, silent: bool) -> bool:
    """As CommonMark, but emphasis may also begin or end between a CJK character and punctuation.

    CommonMark takes **“引用”**后 for text: its end stands between punctuation and a letter, which
    where words have spaces can only be a beginning. Next to CJK writing, which has none, the rule
    is waived (as proposed in CommonMark issue 650).
    """
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(state.pos, marker == "*")
    opens, closes = scanned.can_open, scanned.can_close
    if marker == "*":
        before = state.src[state.pos - 1] if state.pos else " "
        after = state.src[state.pos + scanned.length : state.pos + scanned.length + 1] or " "
        opens = opens or (not after.isspace() and _waived(after, before))
        closes = closes or (not before.isspace() and _waived(before, after))
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        place = len(state.tokens) - 1
        state.delimiters.append(Delimiter(ord(marker), scanned.length, place, -1, opens, closes))
    state.pos += scanned.length
    return True


def _waived(inside: str, outside: str) -> bool:
    """Punctuation inside of the marks and CJK writing on either side of them."""
    is_punctuation = unicodedata.category(inside)[0] in "PS"
    return is_punctuation and bool(_CJK.match(outside) or _CJK.match(inside))

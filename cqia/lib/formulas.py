r"""Formulas in Markdown: $…$, $$…$$, \(…\) and \[…\] become MathML, without script or font.

A dollar is a formula only where it cannot well be a price: the first one has no white space
after it and no letter or digit before it, the second no white space before it and no letter or
digit after it (after Pandoc's `tex_math_dollars`); and there is no Chinese punctuation between
them, nor a digit at the start and Han characters behind it.
"""

import re
from collections.abc import Sequence

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

LENGTH_LIMIT = 4000
"""Characters of a formula; a longer one is shown as its source. Default of this project."""

_DISPLAY = (("$$", "$$"), ("\\[", "\\]"))
_PAIRS = (*_DISPLAY, ("\\(", "\\)"))
_DOLLARS = re.compile(
    r"(?<![0-9A-Za-z$\\])\$(?![\s$])((?:\\.|[^$\\`\n])+?)(?<!\s)\$(?![0-9A-Za-z$])"
)
_PRICE = re.compile("[，。；：、！？“”]|^\\d.*[\u4e00-\u9fff]")

# What latex2mathml leaves in its result where it did not understand: \unknown and a stray &,
# which is not one of the signs it writes by number.
_NOT_UNDERSTOOD = re.compile(r"<mi>(\\|&(?!#)|[{}])")
_BRACES = re.compile(r"\\.|[^{}\\]+")


def mathml(latex: str, *, display: bool) -> str:
    """MathML for a formula; its source as code where it is wrong or beyond the converter."""
    source = f'<code class="formula">{escapeHtml(latex)}</code>'
    if len(latex) > LENGTH_LIMIT or not _balanced(latex):
        return source
    # The converter knows align* only under that name.
    latex = re.sub(r"\\(begin|end)\{(aligned|gathered)\}", r"\\\1{align*}", latex)
    try:
        result: str = convert(latex, display="block" if display else "inline")
    except Exception:
        # It has a dozen exceptions without a common base, and IndexError besides.
        return source
    return source if _NOT_UNDERSTOOD.search(result) else result


def add_formulas(md: MarkdownIt) -> None:
    """Teach a Markdown parser the four ways to write a formula."""
    ends = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("fence", "formula", _block, {"alt": ends})
    md.inline.ruler.before("escape", "formula", _inline)
    md.add_render_rule("formula", _render)


def _render(
    _: RendererHTML, tokens: Sequence[Token], index: int, __: OptionsDict, ___: EnvType
) -> str:
    token = tokens[index]
    return mathml(token.content, display=token.markup == "display")


def _inline(state: StateInline, silent: bool) -> bool:
    found = _dollars(state) or _paired(state)
    if found is None:
        return False
    latex, end, display = found
    if not silent:
        token = state.push("formula", "math", 0)
        token.content, token.markup = latex, "display" if display else "inline"
    state.pos = end
    return True


def _dollars(state: StateInline) -> tuple[str, int, bool] | None:
    match = _DOLLARS.match(state.src, state.pos, state.posMax)
    if match is None or _PRICE.search(match[1]):
        return None
    return match[1], match.end(), False


def _paired(state: StateInline) -> tuple[str, int, bool] | None:
    for opening, closing in _PAIRS:
        begin = state.pos + len(opening)
        if state.src.startswith(opening, state.pos):
            end = state.src.find(closing, begin, min(begin + LENGTH_LIMIT, state.posMax))
            latex = state.src[begin:end].strip() if end > 0 else ""
            return (latex, end + len(closing), opening != "\\(") if latex else None
    return None


def _block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A formula that begins a line and ends one; it may hold what else would be Markdown."""
    if state.is_code_block(first):
        return False
    begin = state.bMarks[first] + state.tShift[first]
    pair = next((pair for pair in _DISPLAY if state.src.startswith(pair[0], begin)), None)
    if pair is None:
        return False
    begin += len(pair[0])
    end = state.src.find(pair[1], begin, min(begin + LENGTH_LIMIT, state.eMarks[last - 1]))
    if end < 0:
        return False
    line = first + state.src.count("\n", begin, end)
    if state.src[end + len(pair[1]) : state.eMarks[line]].strip():
        return False  # Text follows: a formula within a paragraph.
    if not silent:
        _push_block(state, state.src[begin:end], (first, line + 1))
    return True


def _push_block(state: StateBlock, latex: str, place: tuple[int, int]) -> None:
    token = state.push("formula", "math", 0)
    token.block, token.map, token.markup = True, list(place), "display"
    # Within a quotation every line begins with its mark.
    token.content = re.sub(r"\n[ >]*", "\n", latex).strip()
    state.line = place[1]


def _balanced(latex: str) -> bool:
    depth = 0
    for brace in _BRACES.sub("", latex):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0

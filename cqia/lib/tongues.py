"""Which language a text is most likely in, as far as its script tells: for the `lang` of a page."""

import re
from functools import lru_cache

_LOOKED_AT = 500  # characters; a text keeps the language of its beginning
# A Han sign says as much as some Latin letters.
_HAN_WEIGHT = 3
_SCRIPTS = {
    "ko": re.compile("[\u1100-\u11ff\uac00-\ud7af]"),
    "ar": re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "und-Cyrl": re.compile("[\u0400-\u04ff]"),
    "und-Latn": re.compile("[A-Za-z\u00c0-\u024f]"),
}
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")


def tongue(text: str) -> str:
    """A language tag by the script of the text's beginning; "zh" where no letter tells."""
    return _of(text[:_LOOKED_AT])


@lru_cache(maxsize=512)
def _of(head: str) -> str:
    han, kana = len(_HAN.findall(head)), len(_KANA.findall(head))
    counts = {"ja" if 10 * kana > han else "zh": _HAN_WEIGHT * (han + kana)}
    counts |= {name: len(script.findall(head)) for name, script in _SCRIPTS.items()}
    return max(counts, key=lambda name: counts[name]) if any(counts.values()) else "zh"

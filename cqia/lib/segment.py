"""Chinese words.

`words` is rjieba, for the bulk; `keywords` and `parts_of_speech` are jieba, the reference with
the same dictionary, loaded on first use (about a second, once in a process).
"""

import logging
import tempfile
import warnings
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

import rjieba

_loading = Lock()


class Tagged(NamedTuple):
    """A word and its part of speech in ICTCLAS letters: n noun, v verb, a adjective, x other."""

    word: str
    tag: str


def words(text: str) -> list[str]:
    """The words in order, punctuation and white space among them: joined, they are the text."""
    return rjieba.cut(text)


def keywords(text: str, count: int = 20) -> list[str]:
    """The words that stand for the text, by TF-IDF with jieba's frequencies, best first."""
    return [str(word) for word in _jieba().analyse.extract_tags(text, topK=count)]


def parts_of_speech(text: str) -> list[Tagged]:
    """The words in order with their parts of speech."""
    return [Tagged(pair.word, pair.flag) for pair in _jieba().posseg.lcut(text)]


def _jieba() -> Any:
    # The lock is held while loading, so that threads neither load twice nor see half of it.
    with _loading:
        return _load()


@lru_cache(maxsize=1)
def _load() -> Any:
    with warnings.catch_warnings():
        # Old regular expressions in its source, and pkg_resources.
        warnings.simplefilter("ignore")
        import jieba
        import jieba.analyse
        import jieba.posseg
    jieba.setLogLevel(logging.WARNING)
    # It would load a cache from the shared temporary folder, where anybody may have put one.
    with tempfile.TemporaryDirectory() as own:
        jieba.dt.tmp_dir = own
        jieba.initialize()
    return jieba

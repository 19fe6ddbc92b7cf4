"""The filters of datatrove on the texts that benchmarks/prefilter.py writes, by the Python that has
it: `make .venv-datatrove/installed`. Prints seconds of processor time, one JSON object a pass; `words`
is what finding the words takes once, which each filter does anew.

Every rule of a filter looks at every text, as our checks do: with datatrove's own limits the first
rule that fails spares a text the rest, and most rules fail on Chinese, where words are short.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

NEVER = 10**9  # a limit that nothing goes beyond
CHINESE = "cmn"  # datatrove then finds the words with spaCy and jieba


def filters() -> list[Any]:
    from datatrove.pipeline import filters as have

    return [
        # Length in words, length of words, “#” and “…”, bullets, ellipses, letters, stop words.
        have.GopherQualityFilter(
            min_doc_words=None,
            max_doc_words=NEVER,
            min_avg_word_length=None,
            max_avg_word_length=NEVER,
            max_symbol_word_ratio=NEVER,
            max_bullet_lines_ratio=NEVER,
            max_ellipsis_lines_ratio=NEVER,
            max_non_alpha_words_ratio=-1,
            min_stop_words=-1,
            language=CHINESE,
        ),
        # Lines and paragraphs that recur, the most frequent 2- to 4-gram, recurring 5- to 10-grams.
        have.GopherRepetitionFilter(
            dup_line_frac=NEVER,
            dup_para_frac=NEVER,
            dup_line_char_frac=NEVER,
            dup_para_char_frac=NEVER,
            top_n_grams=tuple((size, NEVER) for size in (2, 3, 4)),
            dup_n_grams=tuple((size, NEVER) for size in (5, 6, 7, 8, 9, 10)),
            language=CHINESE,
        ),
        # Punctuation at the ends of lines, short lines, characters in recurring lines, line breaks.
        have.FineWebQualityFilter(
            line_punct_thr=-1,
            short_line_thr=NEVER,
            char_duplicates_ratio=NEVER,
            new_line_ratio=NEVER,
            language=CHINESE,
        ),
    ]


def main(path: Path) -> None:
    from datatrove.data import Document
    from datatrove.utils.text import split_into_words

    texts = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    chosen = filters()
    for one in chosen:
        one.filter(Document(text="先烧水，再泡茶。", id="0"))  # loads the dictionary
    for _ in sys.stdin:  # a pass for each line, so that the two take turns
        seconds = {}
        for one in chosen:
            begun = time.process_time()
            for text in texts:
                one.filter(Document(text=text, id="0"))
            seconds[type(one).__name__] = time.process_time() - begun
        begun = time.process_time()
        for text in texts:
            split_into_words(text, CHINESE)
        seconds["words"] = time.process_time() - begun
        print(json.dumps(seconds), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

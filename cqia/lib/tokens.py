"""How many tokens a model reads in a text, by the tokenizer.json that CQIA_TOKENIZER names."""

import logging
from functools import lru_cache
from typing import Any

from django.conf import settings

log = logging.getLogger(__name__)


def count_tokens(text: str) -> int | None:
    """Without the marks that a model adds at the ends; None where there is no tokenizer."""
    tokenizer = _tokenizer(settings.TOKENIZER) if settings.TOKENIZER else None
    return None if tokenizer is None else len(tokenizer.encode(text, add_special_tokens=False).ids)


@lru_cache(maxsize=1)
def _tokenizer(path: str) -> Any:
    """Read once in a process; a file that cannot be read is told in the log, and counts nothing."""
    try:
        from tokenizers import Tokenizer  # loaded where it is wanted: most pages never count

        return Tokenizer.from_file(path)
    except Exception as error:  # the package raises no class of its own
        log.error("tokenizer unreadable", extra={"path": path, "reason": str(error)})
        return None

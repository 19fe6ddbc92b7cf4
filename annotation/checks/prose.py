"""What of a text is prose: code, formulas, tags and addresses have rules of their own."""

import re

_NOT_PROSE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]+`|\$\$.+?\$\$|<[^<>\n]{1,200}>|https?://\S+", re.S
)


def prose(text: str) -> str:
    """`text` with a space in place of everything else."""
    if not any(mark in text for mark in ("`", "$$", "<", "://")):
        return text
    return _NOT_PROSE.sub(" ", text)

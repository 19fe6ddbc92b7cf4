"""Which bytes of a file a request asks for (RFC 9110, section 14): one range, or the whole."""

import re

_ONE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range begins behind the end: status 416."""


def asked(header: str, size: int) -> range | None:
    """The positions that a Range header asks for in `size` bytes; None where all are to be sent.

    None for no header, another unit, what cannot be read, and several ranges at once: a server may
    ignore each of these. Raises Unsatisfiable where nothing of the file lies in the range.
    """
    found = _ONE.fullmatch(header.strip())
    first, last = found.groups() if found else ("", "")
    if not first and not last:
        return None
    if not first:
        start, stop = size - int(last), size
    else:
        start, stop = int(first), int(last) + 1 if last else size
        if last and stop <= start:
            return None
    part = range(max(start, 0), min(stop, size))
    if not part:
        raise Unsatisfiable
    return part

"""What a busy server asks its clients to wait (RFC 9110, section 10.2.3)."""

import time
from email.utils import parsedate_to_datetime


def retry_after_s(header: str) -> float:
    """Seconds of a Retry-After, which is a number or a date; 0 for none that lies ahead."""
    if header.isdecimal():
        return float(header)
    try:
        return max(parsedate_to_datetime(header).timestamp() - time.time(), 0.0)
    except ValueError:
        return 0.0

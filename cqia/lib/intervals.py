"""Intervals of shares. Pure statistics: plain numbers in and out."""

from math import sqrt

_Z = 1.959963984540054  # of a two-sided interval of 95%


def wilson(hits: float, total: int) -> tuple[float, float]:
    """Bounds of 95% for a share, of which a hit may be a half; (0, 1) of nothing.

    Wilson's score interval (Wilson, JASA 22, 1927).
    """
    if total == 0:
        return 0.0, 1.0
    share, spread = hits / total, _Z * _Z / total
    centre = (share + spread / 2) / (1 + spread)
    half = _Z * sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)

from review.models.access import ReleaseAccess
from review.models.release import Release, ReleaseFile, ReleaseItem
from review.models.retraction import RetractedPair, Retraction, Withdrawal
from review.models.review import Review

__all__ = [
    "Release",
    "ReleaseAccess",
    "ReleaseFile",
    "ReleaseItem",
    "RetractedPair",
    "Retraction",
    "Review",
    "Withdrawal",
]

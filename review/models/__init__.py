from review.models.access import ReleaseAccess
from review.models.publishing import HubAccount, Push, Rehearsal
from review.models.release import Release, ReleaseFile, ReleaseItem
from review.models.retraction import RetractedPair, Retraction, Withdrawal
from review.models.review import Review
from review.models.statistics import Statistics

__all__ = [
    "HubAccount",
    "Push",
    "Rehearsal",
    "Release",
    "ReleaseAccess",
    "ReleaseFile",
    "ReleaseItem",
    "RetractedPair",
    "Retraction",
    "Review",
    "Statistics",
    "Withdrawal",
]

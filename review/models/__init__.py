from review.models.release import Release, ReleaseFile, ReleaseItem
from review.models.review import Review

__all__ = ["Release", "ReleaseFile", "ReleaseItem", "Review"]

"""The programs that read a release, tried on its files before anybody else does."""

from review.rehearsal.consumers import CONSUMERS, Consumer, Outcome

__all__ = ["CONSUMERS", "Consumer", "Outcome"]

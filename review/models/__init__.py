from review.models.access import ReleaseAccess
from review.models.composition import Composition, DryRun
from review.models.gate import GateProblem, GateReport, GateWaiver, TextFinding
from review.models.licence_table import LicenceTable
from review.models.publishing import HubAccount, Push, Rehearsal
from review.models.release import Release, ReleaseFile, ReleaseItem
from review.models.retraction import RetractedPair, Retraction, Withdrawal
from review.models.review import Review
from review.models.statistics import Statistics

__all__ = [
    "Composition",
    "DryRun",
    "GateProblem",
    "GateReport",
    "GateWaiver",
    "HubAccount",
    "LicenceTable",
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
    "TextFinding",
    "Withdrawal",
]

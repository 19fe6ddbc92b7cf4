"""What goes into the bundle of a closed campaign."""

import platform
from importlib.metadata import version
from typing import Any

import numpy as np

from evaluation import bundle, counting
from evaluation.models import Campaign
from evaluation.standings import asked_of, criteria_of, standings


def bundle_of(campaign: Campaign) -> bytes:
    """The zip. Raises as `standings` does, where there is no ranking yet."""
    figures = standings(campaign).figures
    tables = {"": counting.table_of(campaign), **criteria_of(campaign)}
    return bundle.pack(tables, described(campaign), figures)


def described(campaign: Campaign) -> dict[str, Any]:
    """Who was compared and how, with every seed and the versions; no people, no texts."""
    asked = asked_of(campaign)
    models = campaign.models_compared.order_by("name")
    return {
        "name": campaign.name,
        "demo": campaign.demo,
        "prompt_set": campaign.prompt_set.name,
        "models": list(models.values("name", "base", "settings")),
        "design": campaign.design,
        "votes_per_matchup": campaign.votes_per_matchup,
        "criteria": campaign.criteria,
        "allowed": campaign.allowed,
        "planned": campaign.planned,
        "stopping": campaign.stopping,
        "naming": campaign.naming,
        "left_out": {key: campaign.figures[key] for key in _COUNTS if key in campaign.figures},
        "prompt_seed": campaign.seed,
        "commitment": campaign.commitment,
        "opened_at": campaign.opened_at.isoformat(),
        "closed_at": campaign.closed_at and campaign.closed_at.isoformat(),
        "computed": {"seed": asked.seed, "samples": asked.samples, "baseline": asked.baseline},
        "versions": {
            "cqia": version("cqia"),
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
    }


_COUNTS = ("left_out", "named", "masked", "excluded")

"""The checks of the pre-filter: one a file, all of them in `CHECKS`."""

from annotation.checks.accept_chance import AcceptChance
from annotation.checks.base import (
    Bounds,
    Check,
    CorpusCheck,
    Measurement,
    ProjectCheck,
    Text,
    TextCheck,
)
from annotation.checks.contact import Contact
from annotation.checks.contamination import Contamination
from annotation.checks.density import Density
from annotation.checks.diversity import Diversity
from annotation.checks.duplicate import Duplicate
from annotation.checks.echo import Echo
from annotation.checks.fences import Fences
from annotation.checks.han_ratio import HanRatio
from annotation.checks.judge import Judge
from annotation.checks.judge_gap import JudgeGap
from annotation.checks.language import Language
from annotation.checks.length import Length
from annotation.checks.listing import Listing
from annotation.checks.markup import Markup
from annotation.checks.missing_figure import MissingFigure
from annotation.checks.mojibake import Mojibake
from annotation.checks.near_answer import NearAnswer
from annotation.checks.near_pair import NearPair
from annotation.checks.near_prompt import NearPrompt
from annotation.checks.off_topic import OffTopic
from annotation.checks.personal_data import PersonalData
from annotation.checks.punctuation import Punctuation
from annotation.checks.repetition import Repetition
from annotation.checks.rewrite_chance import RewriteChance
from annotation.checks.script_mix import ScriptMix
from annotation.checks.self_naming import SelfNaming
from annotation.checks.sensitive import Sensitive
from annotation.checks.short_for_source import ShortForSource
from annotation.checks.stock_phrases import StockPhrases
from annotation.checks.translationese import Translationese
from annotation.checks.truncated import Truncated

# In the order in which a drop is put down to them: the first that fails gives the reason.
CHECKS: tuple[Check, ...] = (
    Length(),
    ShortForSource(),
    HanRatio(),
    Language(),
    Mojibake(),
    Repetition(),
    Truncated(),
    Markup(),
    Fences(),
    ScriptMix(),
    Punctuation(),
    Duplicate(),
    Echo(),
    SelfNaming(),
    StockPhrases(),
    MissingFigure(),
    OffTopic(),
    Diversity(),
    Density(),
    Listing(),
    Translationese(),
    Contact(),
    PersonalData(),
    Sensitive(),
    Contamination(),
    NearPair(),
    NearPrompt(),
    NearAnswer(),
    AcceptChance(),
    RewriteChance(),
    Judge(),
    JudgeGap(),
)
TEXT_CHECKS = tuple(check for check in CHECKS if isinstance(check, TextCheck))
PROJECT_CHECKS = tuple(check for check in CHECKS if isinstance(check, ProjectCheck))
CORPUS_CHECKS = tuple(check for check in CHECKS if isinstance(check, CorpusCheck))
CHECK_OF = {check.id: check for check in CHECKS}

__all__ = [
    "CHECKS",
    "CHECK_OF",
    "CORPUS_CHECKS",
    "PROJECT_CHECKS",
    "TEXT_CHECKS",
    "Bounds",
    "Check",
    "CorpusCheck",
    "Measurement",
    "ProjectCheck",
    "Text",
    "TextCheck",
]

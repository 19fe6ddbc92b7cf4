"""The rules of the gate, all of them in this tuple, in the order in which a report tells of them."""

from review.gate_rules.base import Rule, Selection, SourceRows
from review.gate_rules.standing import Disputed, Standing
from review.gate_rules.terms import Conflict, Consent, Licence, Outputs
from review.gate_rules.texts import Contamination, PersonalData

RULES: tuple[Rule, ...] = (
    Standing(),
    Disputed(),
    Licence(),
    Consent(),
    Outputs(),
    Conflict(),
    Contamination(),
    PersonalData(),
)
RULE_OF = {rule.id: rule for rule in RULES}

__all__ = ["RULES", "RULE_OF", "Rule", "Selection", "SourceRows"]

from evaluation.models.campaign import Ballot, Campaign, Matchup
from evaluation.models.prompt import Answer, ModelVersion, Prompt, PromptSet

__all__ = ["Answer", "Ballot", "Campaign", "Matchup", "ModelVersion", "Prompt", "PromptSet"]

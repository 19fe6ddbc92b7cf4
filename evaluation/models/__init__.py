from evaluation.models.ballot import Ballot, VoteEvent
from evaluation.models.campaign import Campaign, Matchup
from evaluation.models.judging import JudgeFailure, JudgeRun, JudgeScore, JudgeVerdict
from evaluation.models.prompt import Answer, AnswerFailure, ModelVersion, Prompt, PromptSet
from evaluation.models.result import Result
from evaluation.models.upload import Upload

__all__ = [
    "Answer",
    "AnswerFailure",
    "Ballot",
    "Campaign",
    "JudgeFailure",
    "JudgeRun",
    "JudgeScore",
    "JudgeVerdict",
    "Matchup",
    "ModelVersion",
    "Prompt",
    "PromptSet",
    "Result",
    "Upload",
    "VoteEvent",
]

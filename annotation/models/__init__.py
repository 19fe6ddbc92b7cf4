from annotation.models.annotation import Annotation
from annotation.models.answer_gram import AnswerGram, AnswersRead
from annotation.models.audit_item import AuditItem
from annotation.models.claim import Claim, Skip
from annotation.models.comment import Comment, Mention
from annotation.models.contamination import Benchmark, BenchmarkItem, Waiver
from annotation.models.desk_form import DeskForm, Mode
from annotation.models.draft import Draft
from annotation.models.duplicate import Arrival, Band, Likeness, Ruling
from annotation.models.finding import Finding, Judgement, Threshold
from annotation.models.gold_item import GoldItem
from annotation.models.guideline_seen import GuidelineSeen
from annotation.models.job import Job
from annotation.models.judge_template import JudgeTemplate
from annotation.models.label import ScoreLabel
from annotation.models.lane import Lane
from annotation.models.lexicon import Lexicon, LexiconVersion
from annotation.models.mask import Mask
from annotation.models.model_draft import ModelDraft
from annotation.models.pair import Pair, Response, State, Transition
from annotation.models.project import Endpoint, Guideline, Project, QueueOrder, SkipPolicy
from annotation.models.quality import Predictor, QualityModel
from annotation.models.redecision import Redecision
from annotation.models.source import Batch, ImportIssue, Source
from annotation.models.triage import Triage, TriageItem

__all__ = [
    "Annotation",
    "AnswerGram",
    "AnswersRead",
    "Arrival",
    "AuditItem",
    "Band",
    "Batch",
    "Benchmark",
    "BenchmarkItem",
    "Claim",
    "Comment",
    "DeskForm",
    "Draft",
    "Endpoint",
    "Finding",
    "GoldItem",
    "Guideline",
    "GuidelineSeen",
    "ImportIssue",
    "Job",
    "JudgeTemplate",
    "Judgement",
    "Lane",
    "Lexicon",
    "LexiconVersion",
    "Likeness",
    "Mask",
    "Mention",
    "Mode",
    "ModelDraft",
    "Pair",
    "Predictor",
    "Project",
    "QualityModel",
    "QueueOrder",
    "Redecision",
    "Response",
    "Ruling",
    "ScoreLabel",
    "Skip",
    "SkipPolicy",
    "Source",
    "State",
    "Threshold",
    "Transition",
    "Triage",
    "TriageItem",
    "Waiver",
]

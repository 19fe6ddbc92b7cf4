"""What the judges are asked: the built-in prompt, or the latest version that a project's lead wrote.

A template is plain text with three placeholders, {fence}, {question} and {answer}, and nothing
else is replaced in it. It must keep its fences: what is judged stands between lines that hold a
number nobody could know.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from annotation.models import JudgeTemplate, Project
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError

BUILT_IN, OF_PROJECT = "built-in", "project"
CRITERIA = ("helpfulness", "correctness", "relevance", "fluency", "safety")
OVERALL = "overall"
FIELDS = ("reason", *CRITERIA, OVERALL)
LONGEST = 8000  # characters of either part (ours)
_VERSION = 2  # of the built-in prompt
_PLACEHOLDER = re.compile(r"\{(fence|question|answer)\}")


@dataclass(frozen=True)
class Template:
    name: str  # BUILT_IN or OF_PROJECT
    version: int
    system: str
    user: str

    def filled(self, question: str, answer: str, fence: str) -> tuple[str, str]:
        """System and user message. One pass: a placeholder within the texts stays as it is."""
        values = {"question": question, "answer": answer, "fence": fence}
        system, user = (
            _PLACEHOLDER.sub(lambda found: values[found[1]], part)
            for part in (self.system, self.user)
        )
        return system, user


@cache
def built_in() -> Template:
    """The prompt that comes with CQIA; ours, not the paper's, which is not published."""
    path = Path(__file__).parent / "prompts" / f"judge-{_VERSION}.toml"
    parts = tomllib.loads(path.read_text(encoding="utf-8"))
    return Template(BUILT_IN, _VERSION, parts["system"].strip(), parts["user"].strip())


def in_force(project: Project) -> Template:
    """The project's latest own template, or the built-in one."""
    own = JudgeTemplate.objects.filter(project=project).order_by("-version").first()
    if own is None:
        return built_in()
    return Template(OF_PROJECT, own.version, own.system, own.user)


def publish(project: Project, author: User, system: str, user: str) -> JudgeTemplate:
    """Store the next version; earlier judgements keep theirs. Raises CqiaError as `refuse` does."""
    refuse_unfenced(system, user)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        own = JudgeTemplate.objects.filter(project=project)
        last = own.aggregate(last=Max("version"))["last"] or 0
        template = own.create(
            project=project, version=last + 1, system=system, user=user, author=author
        )
        record(author, "judge prompt published", project.pk, version=template.version)
    return template


def refuse_unfenced(system: str, user: str) -> None:
    """Raise CqiaError for a template that lacks a placeholder, a fence or a field of the answer."""
    if max(len(system), len(user)) > LONGEST:
        raise CqiaError("judge_template_long", {"limit": LONGEST})
    if "{fence}" not in system:
        raise CqiaError("judge_template_fence_unknown")
    for name in ("question", "answer"):
        mark = f"{{{name}}}"
        if mark in system or user.count(mark) != 1:
            raise CqiaError("judge_template_placeholder", {"placeholder": mark})
        if not _is_fenced(user, mark):
            raise CqiaError("judge_template_fence", {"placeholder": mark})
    for field in FIELDS:
        if field not in system:
            raise CqiaError("judge_template_field", {"field": field})


def _is_fenced(user: str, mark: str) -> bool:
    """Alone on its line, with a line that holds the fence right before it and right after it."""
    lines = ["", *(line.strip() for line in user.splitlines()), ""]
    at = lines.index(mark) if mark in lines else 0
    return at > 0 and all("{fence}" in line for line in (lines[at - 1], lines[at + 1]))

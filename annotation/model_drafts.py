"""Flaw first: somebody says what is wrong with an answer, and a model drafts a better one.

The draft is a person's to check and correct; what they submit keeps it as its provenance.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404

from annotation import jobs
from annotation.decisions import LeaseLost
from annotation.drafts import typed
from annotation.judge_prompt import harmless, new_fence
from annotation.models import Claim, Endpoint, Job, ModelDraft, Project, Response
from annotation.texts import whole_texts
from cqia.accounts.models import User
from cqia.lib import llm
from cqia.lib.errors import CqiaError

TASK = "annotation.draft_answer"
PROMPT = "flaw-1"  # name and version of what is asked
_TEMPERATURE = 0.2  # ours
_MAX_TOKENS = 4096  # ours
_PLACEHOLDER = re.compile(r"\{(fence|question|answer|flaw)\}")


def ask(user: User, project: Project, claim_id: int, flaw: str) -> ModelDraft:
    """Start the job that drafts an answer without the flaw; the same again while it is under way.

    Raises LeaseLost, and CqiaError where nothing is stated, there is nothing to mend or no model.
    """
    claim = get_object_or_404(Claim.objects.of(project), pk=claim_id)
    if claim.holder_id != user.pk or claim.done_at is not None:
        raise LeaseLost
    flaw = typed(flaw).strip()
    if not flaw:
        raise CqiaError("flaw_missing")
    if not _originals(claim.pair_id).exists():
        raise CqiaError("no_answer")
    endpoint_of(project)
    last = latest(user, claim)
    if last is not None and last.flaw == flaw and last.job.state in Job.LIVE:
        return last
    with transaction.atomic():
        job = jobs.start(TASK, project, user, queue="gpu")
        return ModelDraft.objects.create(pair_id=claim.pair_id, author=user, job=job, flaw=flaw)


def latest(user: User, claim: Claim) -> ModelDraft | None:
    """What this person asked for last on the pair of this slot."""
    mine = ModelDraft.objects.filter(pair=claim.pair_id, author=user)
    return mine.select_related("job").order_by("-id").first()


def run(job: Job) -> None:
    """Ask the model and store what it drafts, with all that decided it. Safe to run twice."""
    draft = job.model_draft
    if draft.text:
        return
    endpoint = endpoint_of(job.project)
    answer = _answered(endpoint, _prompt(draft))
    text = typed(answer.text).strip()
    if not text:
        raise CqiaError("model_draft_empty")
    draft.text, draft.prompt = text, PROMPT
    draft.model = (answer.model or endpoint.model)[:200]
    draft.params = {
        "temperature": _TEMPERATURE,
        "max_tokens": _MAX_TOKENS,
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "seconds": answer.seconds,
        "finish_reason": answer.finish_reason,
    }
    draft.save(update_fields=["text", "prompt", "model", "params"])
    jobs.report(job, 1, 1)


def _answered(endpoint: llm.Endpoint, prompt: llm.Prompt) -> llm.Completion:
    try:
        return llm.complete(endpoint, prompt)
    except llm.ModelUnreachable as error:
        raise jobs.Paused(error) from error
    except llm.ModelRefused as error:
        if error.params["status"] in llm.BUSY:
            raise jobs.Paused(error) from error
        raise


def has_model(project: Project) -> bool:
    try:
        endpoint_of(project)
    except CqiaError:
        return False
    return True


def endpoint_of(project: Project) -> llm.Endpoint:
    """The project's first model server that is no judge, else its first, else the site's."""
    own = Endpoint.objects.filter(project=project).order_by(F("judge").asc(nulls_first=True), "id")
    row = own.first()
    if row is not None:
        return llm.Endpoint(row.base_url, row.model, row.api_key)
    if not (settings.MODEL_BASE_URL and settings.MODEL_NAME):
        raise CqiaError("no_drafting_model")
    return llm.Endpoint(settings.MODEL_BASE_URL, settings.MODEL_NAME, settings.MODEL_API_KEY)


def _originals(pair_id: int) -> QuerySet[Response]:
    return Response.objects.filter(pair=pair_id, author=None).order_by("position", "id")


def _prompt(draft: ModelDraft) -> llm.Prompt:
    question = whole_texts([draft.pair_id])[draft.pair_id].prompt
    original = _originals(draft.pair_id).values_list("text", flat=True)[0]
    texts = {"question": question, "answer": original, "flaw": draft.flaw}
    values = {name: harmless(text) for name, text in texts.items()}
    values["fence"] = new_fence(*values.values())
    system, user = (_PLACEHOLDER.sub(lambda found: values[found[1]], part) for part in _template())
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    return llm.Prompt(messages, temperature=_TEMPERATURE, max_tokens=_MAX_TOKENS)


@cache
def _template() -> tuple[str, str]:
    path = Path(__file__).parent / "prompts" / f"{PROMPT}.toml"
    parts = tomllib.loads(path.read_text(encoding="utf-8"))
    return parts["system"].strip(), parts["user"].strip()

"""The judge against a real vLLM, whose tiny model has random weights."""

import pytest

from annotation import jobs, judge
from annotation.models import Endpoint, Finding, Job, Judgement, Project, State
from cqia.accounts.models import User
from tests.cast import MakePair
from tests.vllm_server import VllmServer


@pytest.mark.vllm
@pytest.mark.django_db
def test_it_scores_or_records_a_failure_and_counts_tokens(
    vllm_server: VllmServer, make_pair: MakePair, project: Project, lead: User
) -> None:
    address = {"base_url": vllm_server.base_url, "model": vllm_server.model}
    Endpoint.objects.create(project=project, name="vllm", judge=1, **address)
    pairs = [make_pair(state=State.QUEUED) for _ in range(3)]
    job = judge.start(project, lead, None, None)
    jobs.run(job.pk, judge.run)
    job.refresh_from_db()
    assert (job.state, job.done) == (Job.State.DONE, 3)
    judged = Judgement.objects.filter(pair__in=pairs)
    assert judged.count() == 3
    assert all(one.prompt_tokens > 0 and one.completion_tokens > 0 for one in judged)
    scored = {one.pair_id: one.score for one in judged if one.score is not None}
    assert dict(Finding.objects.values_list("pair", "score")) == scored

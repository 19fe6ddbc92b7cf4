"""The pages of prompts and models in Chromium: wide and narrow, light and dark, readable by all."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from pytest_django.live_server_helper import LiveServer

from annotation.models import Endpoint, Project
from cqia.accounts.models import User
from evaluation import prompts
from evaluation.models import Answer, AnswerFailure, ModelVersion, Prompt, PromptSet, Upload
from tests.browser.conftest import SitDown
from tests.browser.test_board_browser import assert_everybody_can_read
from tests.cast import ClientOf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CATEGORIES = ["写作", "数学", "代码", "常识", "写作", "closed qa"]


@pytest.fixture
def asked(project: Project, lead: User, tmp_path: Path, settings: object) -> PromptSet:
    """Six prompts in five categories, of three turns one; two models, one with failures."""
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    prompt_set = prompts.prompt_set_named(project, "评测题六道")
    rows: list[dict[str, object]] = [
        {
            "id": f"q{n}",
            "prompt": f"第{n}题：请说明绿茶为什么不宜用沸水冲泡，并举一例。",
            "category": kind,
        }
        for n, kind in enumerate(CATEGORIES, 1)
    ]
    rows[2] |= {"prompt": "", "turns": ["写一个排序函数。", "加上注释。", "再写测试。"]}
    rows[0] |= {"reference": "沸水会烫熟茶叶。", "subcategory": "说明文", "source": "自编"}
    lines = [json.dumps(row) for row in rows] + ['{"id": "x"}', "{broken"]
    file = ContentFile("\n".join(lines).encode(), "prompts.jsonl")
    upload = prompts.keep(Upload.Kind.PROMPTS, prompt_set, file, lead)
    prompts.read(upload)
    endpoint = Endpoint.objects.create(
        project=project, name="vLLM", base_url="http://127.0.0.1:9/v1", model="tea"
    )
    tuned = ModelVersion.objects.create(
        project=project, name="qwen3-8b-tea-tuned", base="Qwen3-8B", training_run="run-2026-11-20",
        endpoint=endpoint, notes="在茶叶语料上训练两轮。",
        settings={"temperature": 0.7, "max_tokens": 2048, "seed": 7, "samples": 1},
    )  # fmt: skip
    tuned.trained_by.add(lead)
    base = ModelVersion.objects.create(project=project, name="Qwen3-8B")
    for prompt in Prompt.objects.order_by("pk"):
        text = "因为绿茶**未经发酵**：\n\n1. 沸水会烫熟叶片；\n2. 茶汤发黄发苦。"
        Answer.objects.create(prompt=prompt, model=base, text=text)
        if prompt.key < "q5":
            how = {"temperature": 0.7, "seed": 7, "model": "tea", "finish": "length"}
            Answer.objects.create(prompt=prompt, model=tuned, text=text, params=how)
        else:
            AnswerFailure.objects.create(
                prompt=prompt, model=tuned, code="model_refused",
                code_params={"status": 400, "body": "maximum context length is 2048"},
            )  # fmt: skip
    return prompt_set


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [
        (1440, "light", "en"),
        (390, "dark", "zh-hans"),
        (1440, "dark", "zh-hans"),
        (390, "light", "en"),
    ],
)
def test_prompts_and_models_are_read_by_all(
    asked: PromptSet,
    live_server: LiveServer,
    lead: User,
    client_of: ClientOf,
    sit_down: SitDown,
    width: int,
    scheme: str,
    language: str,
) -> None:
    cookie = client_of(lead).cookies[settings.SESSION_COOKIE_NAME].value
    page = sit_down(live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": live_server.url}
            for name, value in (
                (settings.SESSION_COOKIE_NAME, cookie),
                (settings.LANGUAGE_COOKIE_NAME, language),
            )
        ]
    )
    model = ModelVersion.objects.get(name="qwen3-8b-tea-tuned")
    for place in ("prompts/", f"prompts/{asked.pk}/", "models/", f"models/{model.pk}/"):
        page.goto(f"/p/tea/evaluate/{place}")
        for fold in page.locator("main details.more > summary").all():
            fold.click()
        assert_everybody_can_read(page)

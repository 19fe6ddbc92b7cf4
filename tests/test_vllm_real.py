"""Against a real vLLM: what other engines only promise, this one does."""

import json

import httpx
import pytest

from tests.vllm_server import VllmServer

pytestmark = pytest.mark.vllm

SCHEMA = {
    "type": "object",
    "properties": {
        "score": {"type": "integer", "minimum": 1, "maximum": 5},
        "verdict": {"enum": ["保留", "舍弃"]},
        # Not maxLength alone: the engine's grammar then lets control characters through.
        "reason": {"type": "string", "pattern": "^[一-龥，。]{1,20}$"},
    },
    "required": ["score", "verdict", "reason"],
    "additionalProperties": False,
}


def test_it_answers_in_the_shape_it_was_given(vllm_server: VllmServer) -> None:
    """The weights are random: without structured output this could not be valid JSON."""
    question = {
        "model": vllm_server.model,
        "messages": [{"role": "user", "content": "请给下面的回答打分：春眠不觉晓，处处闻啼鸟。"}],
        "max_tokens": 400,
        "seed": 7,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "judgement", "schema": SCHEMA, "strict": True},
        },
    }
    answer = httpx.post(f"{vllm_server.base_url}/chat/completions", json=question, timeout=120)
    choice = answer.raise_for_status().json()["choices"][0]
    judgement = json.loads(choice["message"]["content"])
    assert choice["finish_reason"] == "stop"
    assert set(judgement) == {"score", "verdict", "reason"}
    assert judgement["score"] in range(1, 6)
    assert judgement["verdict"] in ("保留", "舍弃")


def test_it_names_the_model_it_serves(vllm_server: VllmServer) -> None:
    models = httpx.get(f"{vllm_server.base_url}/models", timeout=30).json()["data"]
    assert [model["id"] for model in models] == [vllm_server.model]

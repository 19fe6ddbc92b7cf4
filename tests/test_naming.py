"""Answers that say which model wrote them."""

import pytest

from evaluation.naming import COVER, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我是通义千问，由阿里云开发的模型。", f"我是{COVER}，由阿里云开发的模型。"),
        ("作为文心一言，我认为茶好喝。", f"作为{COVER}，我认为茶好喝。"),
        ("您好，我是智谱清言。", f"您好，我是{COVER}。"),
        ("我是豆包，一个AI助手。", f"我是{COVER}，一个AI助手。"),
        ("As ChatGPT, I cannot taste tea.", f"As {COVER}, I cannot taste tea."),
        ("I am Claude, an assistant.", f"I am {COVER}, an assistant."),
        ("This was written by Yak-Tuned.", f"This was written by {COVER}."),
    ],
)
def test_it_covers_the_name_of_the_writer(text: str, shown: str) -> None:
    assert masked(text, ("yak-tuned", "zebra")) == shown


@pytest.mark.parametrize(
    "text",
    [
        "ChatGPT 是由 OpenAI 开发的对话模型。",
        "我每天用通义千问写周报。",
        "豆包是一种点心，里面是豆沙。",
        "The zeb is a unit.",
    ],
)
def test_it_leaves_what_is_said_about_models(text: str) -> None:
    assert masked(text, ("yak-tuned", "zebra")) == text


def test_it_covers_names_of_any_length_alike() -> None:
    assert masked("alpha-one", ("alpha-one",)) == masked("beta", ("beta",)) == COVER


def test_it_does_not_look_for_names_too_short() -> None:
    assert masked("a1 比 a2 好", ("a1", "a2")) == "a1 比 a2 好"

"""The checks of what an answer says: the tricky cases."""

import pytest

from annotation.checks import Measurement, Text
from annotation.checks.self_naming import SelfNaming


def answer(text: str, prompt: str = "你好") -> Text:
    return Text(prompt, (text,))


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("我叫 DeepSeek，很高兴认识你。", "我叫 DeepSeek"),
        ("我是豆包，字节跳动推出的AI助手。", "我是豆包，字节跳动推出的AI助手"),
        (
            "我是一个开源的人工智能助理，OpenAssistant。",
            "我是一个开源的人工智能助理，OpenAssistant",
        ),
        ("这里是Open-Assistant，请问需要什么？", "这里是Open-Assistant"),
        ("训练数据由别人整理，但讯飞开发了我。", "讯飞开发了我"),
        ("我的开发者是智谱。", "我的开发者是智谱"),
        ("Sorry, I was trained by Google.", "I was trained by Google"),
    ],
)
def test_it_finds_a_model_that_names_itself(sentence: str, evidence: str) -> None:
    assert SelfNaming().measure(answer(sentence)) == Measurement(1, evidence)


@pytest.mark.parametrize(
    "sentence",
    [
        "我是不是该用ChatGPT？",
        "我是ChatGPT的忠实用户。",
        "我是用通义千问写的周报。",
        "我叫小冰，今年八岁。",
        "我是清华大学的一名学生，研究语言模型。",
        "作为ChatGPT的竞争对手，文心一言进步很快。",
        "我是一个语言模型，没有味觉。",
        "I am Claude Monet, a painter.",
    ],
)
def test_it_lets_a_text_about_a_model_pass(sentence: str) -> None:
    assert SelfNaming().measure(answer(sentence)) == Measurement(0)


def test_it_looks_at_earlier_turns_for_the_name_of_a_model() -> None:
    found = SelfNaming().measure(answer("是的。", prompt="你是谁？\n我是文心一言。\n是百度做的？"))
    assert found == Measurement(1, "我是文心一言")

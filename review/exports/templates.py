"""Chat templates: how a conversation is written as one text, each by the name people know it by."""

from collections.abc import Callable, Mapping, Sequence

from review.exports.base import Message

Template = Callable[[Sequence[Message]], str]


def chatml(messages: Sequence[Message]) -> str:
    return "".join(
        f"<|im_start|>{said['role']}\n{said['content']}<|im_end|>\n" for said in messages
    )


def qwen(messages: Sequence[Message]) -> str:
    """ChatML with the system prompt that Qwen2.5's own template puts where there is none."""
    if messages[0]["role"] == "system":
        return chatml(messages)
    system = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
    return chatml([{"role": "system", "content": system}, *messages])


def llama3(messages: Sequence[Message]) -> str:
    """Without the system prompt that names dates, which Llama 3.1 and later put in front."""
    return "<|begin_of_text|>" + "".join(
        f"<|start_header_id|>{said['role']}<|end_header_id|>\n\n{said['content'].strip()}<|eot_id|>"
        for said in messages
    )


def plain(messages: Sequence[Message]) -> str:
    """No special tokens: for continued pre-training. A default of this project."""
    names = {"user": "问：", "assistant": "答：", "system": ""}
    return "\n\n".join(names[said["role"]] + said["content"] for said in messages)


DEFAULT = "chatml"
TEMPLATES: Mapping[str, Template] = {
    "chatml": chatml,
    "qwen": qwen,
    "llama3": llama3,
    "plain": plain,
}

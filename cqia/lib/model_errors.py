"""How asking a model may fail."""

from cqia.lib.errors import CqiaError
from cqia.lib.text import excerpt

BODY_SHOWN = 500  # characters


class ModelError(CqiaError):
    """Asking a model failed."""

    status = 502


class ModelUnreachable(ModelError):
    """No answer: no connection, or none within the time."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__("model_unreachable", {"url": url, "reason": reason})


class ModelRefused(ModelError):
    """Another status than 200."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__("model_refused", {"status": status, "body": excerpt(body, BODY_SHOWN)})


class ModelAnswerUnreadable(ModelError):
    """Status 200, but not a chat completion."""

    def __init__(self, reason: str) -> None:
        super().__init__("model_unreadable", {"reason": excerpt(reason, BODY_SHOWN)})

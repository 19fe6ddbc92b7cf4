"""A model for tests, with the interface of `cqia.lib.llm`."""

from collections.abc import Callable, Generator, Iterable

from cqia.lib.llm import Answer, Completion, Endpoint, Prompt


class FakeModel:
    """Answers as its script says; an exception the script returns is raised or handed out.

    Put it in place of the real one: `monkeypatch.setattr(llm, "complete", fake.complete)`, and
    `complete_many` likewise. `asked` holds the prompts it was given.
    """

    def __init__(self, script: Callable[[Prompt], str | Exception]) -> None:
        self.script = script
        self.asked: list[Prompt] = []

    def complete(self, endpoint: Endpoint, prompt: Prompt) -> Completion:
        answer = self._answer(endpoint, prompt)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def complete_many(
        self, endpoint: Endpoint, prompts: Iterable[Prompt], concurrency: int | None = None
    ) -> Generator[Answer, None, None]:
        for index, prompt in enumerate(prompts):
            yield index, self._answer(endpoint, prompt)

    def _answer(self, endpoint: Endpoint, prompt: Prompt) -> Completion | Exception:
        self.asked.append(prompt)
        answer = self.script(prompt)
        if isinstance(answer, Exception):
            return answer
        asked = sum(len(message["content"]) for message in prompt.messages)
        return Completion(answer, endpoint.model, asked, len(answer), 0.0, "stop")

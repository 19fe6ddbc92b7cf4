"""An event loop in a thread of its own, for network work behind synchronous code."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeVar

GRACE_S = 0.1
Result = TypeVar("Result")


class BackgroundLoop:
    """Runs coroutines until its `with` block ends; what is not done then is cancelled.

    `stop` is called first and says that nothing new is to be begun; `at_end` runs last, to close what
    the coroutines shared.
    """

    def __init__(
        self, stop: Callable[[], None], at_end: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        self.stop = stop
        self.at_end = at_end

    def __enter__(self) -> Self:
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever, name="background loop", daemon=True)
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.run(self._end()).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def run(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    async def _end(self) -> None:
        self.stop()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        if tasks:
            # What begins at this moment is let begin: a coroutine cancelled before its first step
            # would be one that nobody ever awaited.
            await asyncio.wait(tasks, timeout=GRACE_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.at_end()

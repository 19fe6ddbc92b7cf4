"""Being asked to end: by Ctrl-C, by `kill`, or because the terminal was closed."""

import os
import select
import signal

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ending:
    """Tells whether a signal asked for the end.

    Signals come through a pipe that Python writes to by itself. A handler that sets an Event can meet
    the very lock that the interrupted `wait` holds and then wait for ever, and one that comes just
    before an unlimited wait does not end it.
    """

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)

    def listen(self) -> None:
        """From now on signals are noted here and do nothing else; call it from the main thread."""
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)

    def wait(self, seconds: float | None = None) -> bool:
        """True as soon as the end was asked for, False when the seconds are over."""
        return bool(select.select([self._read], [], [], seconds)[0])

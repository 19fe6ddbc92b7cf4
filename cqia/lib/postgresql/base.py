"""Django's PostgreSQL, whose kept connections are looked at without a round trip a request."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """A server that went away closes its socket, which then has something to read; else all is well.

        The question that Django asks (SELECT 1) costs as much as reading a pair, with every request.
        """
        if self.connection is None or self.connection.closed:
            return False
        watched = select.poll()
        watched.register(self.connection.fileno(), select.POLLIN)
        return super().is_usable() if watched.poll(0) else True

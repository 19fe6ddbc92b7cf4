"""Sessions as Django keeps them, and who is signed in, each read by one short statement.

Every request reads both. To have the ORM build the same two statements anew takes longer than to run
them (benchmarks/workbench.py).
"""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection

from cqia.accounts.models import User
from cqia.lib import rows

_SESSION = f"""
SELECT session_data FROM {Session._meta.db_table}
 WHERE session_key = %s AND expire_date > statement_timestamp()
"""
_USER = f"SELECT * FROM {User._meta.db_table} WHERE id = %s"


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(_SESSION, [self.session_key])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])


class Backend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        user = rows.first(User, _USER, [user_id])
        return user if user is not None and self.user_can_authenticate(user) else None

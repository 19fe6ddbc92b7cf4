"""Whether the message broker can be reached, asked so that nobody waits for the answer."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry


def answers(url: str) -> bool:
    """True when the Redis at `url` answers at once. The clients' own retries would take seconds."""
    at_once = Retry(NoBackoff(), 0)
    try:
        with Redis.from_url(
            url, socket_timeout=1, socket_connect_timeout=1, retry=at_once
        ) as redis:
            return bool(redis.ping())
    except RedisError:
        return False

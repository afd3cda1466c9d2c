"""Rate limits: how often one person, address or service may ask."""

from __future__ import annotations

import math
import time
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

SIGN_IN: Final = parse("10/minute")
"""Per address and sign-in name: a password is not guessed at this speed."""

PAGES: Final = parse("600/minute")
"""Per user: a person with many tabs is far below it, a script that copies the worklist is not."""

API: Final = parse("1200/minute")
"""Per token or user."""


class Limits:
    """Counts in this process; behind several processes each counts for itself."""

    def __init__(self) -> None:
        """Begin to count."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def allows(self, limit: RateLimitItem, *who: str) -> bool:
        """Count one more; False when it is one too many."""
        return self._limiter.hit(limit, *who)

    def seconds_until(self, limit: RateLimitItem, *who: str) -> int:
        """Count one more; 0 when it may pass, else the seconds until one may."""
        if self._limiter.hit(limit, *who):
            return 0
        return max(1, math.ceil(self._limiter.get_window_stats(limit, *who).reset_time - time.time()))

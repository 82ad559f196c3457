"""A reception on the real database, at a moment of the test's choice."""

from tests.bookings.conftest import record, store

__all__ = ["record", "store"]

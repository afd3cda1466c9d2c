"""What the tests of journeys share."""

from __future__ import annotations

import pytest

from tests.workflows.partners import Partners


@pytest.fixture(scope="session")
def partners() -> Partners:
    """Where facts come from."""
    return Partners()

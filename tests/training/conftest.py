"""What the tests of trainings share."""

from __future__ import annotations

import pytest

from verify.training.data import find_dataset


@pytest.fixture(scope="module")
def digits():
    return find_dataset(wanted="digits")

"""How often the properties of the vault are tried, and what several of its tests look at."""

import pytest
from hypothesis import settings as hypothesis

from tests.vault.stretching import Stretched, counting
from vault import passphrases

# A slow machine is no failure, so an example may take as long as it takes.
hypothesis.register_profile("vault", deadline=None, max_examples=60)
hypothesis.load_profile("vault")


@pytest.fixture
def stretched(monkeypatch: pytest.MonkeyPatch) -> Stretched:
    """Every stretching from now on."""
    counted: Stretched = []
    monkeypatch.setattr(passphrases, "Argon2id", counting(counted))
    return counted

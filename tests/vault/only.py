"""For tests of facts that do not depend on the kind of database: once is enough."""

import pytest

on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

"""Settings: each that cannot be used is one sentence with what to do."""

from pathlib import Path

import pytest

from vault.errors import NotSetUp
from vault.settings import Settings, from_environment, make_server_key, server_key


def test_without_anything_everything_is_in_one_folder_and_reached_from_this_machine_alone() -> None:
    made = from_environment({})
    assert made.home == Path("var").resolve()
    assert made.database_url == f"sqlite:///{made.home}/verbatim.db"
    assert made.keyring_url == f"sqlite:///{made.home}/keyring.db"
    assert made.trusted_hosts == ("localhost", "127.0.0.1")
    assert not made.behind_proxy
    assert made.smtp_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_HOSTS", "*"), ("TRUSTED_HOSTS", "study.example.org,*"), ("TRUSTED_HOSTS", " , "),
        ("PUBLIC_URL", "study.example.org"), ("PUBLIC_URL", "ftp://study.example.org"), ("PUBLIC_URL", "https://"),
        ("BEHIND_PROXY", "maybe"), ("BEHIND_PROXY", "1"),
        ("TLS_CERTIFICATE", "/nowhere/cert.pem"), ("TLS_KEY", "/nowhere/key.pem"), ("TLS_KEY", "/"),
        ("SMTP_URL", "mail.example.org"), ("SMTP_URL", "http://mail.example.org"), ("SMTP_URL", "smtp://"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_one_sentence_that_names_it(name: str, value: str) -> None:
    with pytest.raises(NotSetUp) as refused:
        from_environment({name: value})
    sentence = refused.value.sentence
    assert sentence.startswith(name)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 200


@pytest.mark.parametrize(
    "name",
    ["VERBATIM_HOME", "DATABASE_URL", "KEYRING_URL", "SMTP_URL", "TLS_KEY", "TLS_CERTIFICATE", "PUBLIC_URL",
     "TRUSTED_HOSTS", "BEHIND_PROXY"],
)  # fmt: skip
def test_an_empty_value_is_as_good_as_none(name: str) -> None:
    assert from_environment({name: ""}) == from_environment({})


def test_what_may_hold_a_password_is_in_no_repr() -> None:
    """ASVS 16.2.5."""
    made = from_environment({"DATABASE_URL": "postgresql://v:hunter2@h/v", "SMTP_URL": "smtps://v:hunter2@h"})
    assert "hunter2" not in repr(made)
    assert "hunter2" in made.database_url


def _at(home: Path) -> Settings:
    return from_environment({"VERBATIM_HOME": str(home)})


def test_the_server_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = _at(tmp_path / "home")
    with pytest.raises(NotSetUp, match="verbatim init"):
        server_key(settings)
    make_server_key(settings)
    key = server_key(settings)
    make_server_key(settings)
    assert server_key(settings) == key
    assert len(key) == 32
    assert settings.server_key_file.stat().st_mode & 0o777 == 0o600
    assert settings.home.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_a_damaged_server_key_is_named_as_such(tmp_path: Path, content: bytes) -> None:
    settings = _at(tmp_path)
    settings.server_key_file.write_bytes(content)
    with pytest.raises(NotSetUp, match="damaged"):
        server_key(settings)

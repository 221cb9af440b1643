"""What a request says is read as Werkzeug reads it, only quicker."""

import io
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.sansio.http import parse_cookie
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from web.kit.sent import FORM, Sent, fields_of

# Whatever a browser, a proxy or somebody with bad intentions may put between two signs.
_ODD = st.text(st.sampled_from("ab=&+%;20eE\u00e9\u2028\0 \"'\\") | st.characters(codec="utf-8"))


def _sent(body: bytes = b"", **more: Any) -> Sent:
    environ = EnvironBuilder("/a", method="POST", input_stream=io.BytesIO(body), content_type=FORM).get_environ()
    return Sent({**environ, "CONTENT_LENGTH": str(len(body)), **more})


@given(_ODD)
@example("a=1&a=2&b&=c&&d=%zz&e=%ff&f=+%2B&%61=%C3%A9")
def test_the_fields_of_a_form_are_those_that_the_standard_library_finds(body: str) -> None:
    found = parse_qsl(body, keep_blank_values=True, errors="werkzeug.url_quote")
    assert MultiDict(found).to_dict(flat=False) == fields_of(body)


@given(st.lists(st.tuples(st.text(min_size=1), st.text())), st.sampled_from([quote, quote_plus]))
def test_whatever_is_typed_arrives_as_it_was_typed(typed: list[tuple[str, str]], spell: Any) -> None:
    typed = [(name, value) for name, value in typed if (name + value).isprintable()]
    body = "&".join(f"{spell(name, safe='')}={spell(value, safe='')}" for name, value in typed)
    assert list(_sent(body.encode()).form.items(multi=True)) == list(MultiDict(typed).items(multi=True))


@given(st.text(st.sampled_from('ab=; "\\\t%1,') | st.characters(min_codepoint=0x20, max_codepoint=0xFF)))
@example('a="b; c"; d=e')
@example("__Host-language=fr; __Host-language=en")
def test_a_cookie_of_ours_is_found_or_not_as_werkzeug_has_it(header: str) -> None:
    wanted = parse_cookie(header)
    found = Sent({**EnvironBuilder("/").get_environ(), "HTTP_COOKIE": header}).cookies
    for name in wanted:
        if name.isalpha() and wanted[name].isalnum():
            assert found.get(name) == wanted[name]


def test_a_request_has_what_every_request_of_werkzeug_has() -> None:
    environ = EnvironBuilder("/p/answer", base_url="https://localhost:8443", query_string="also=1").get_environ()
    ours, plain = Sent(dict(environ)), Request(dict(environ))
    for name in ("method", "scheme", "path", "root_path", "query_string", "host", "url", "full_path", "remote_addr"):
        assert getattr(ours, name) == getattr(plain, name)
    assert ours.args["also"] == "1"


@pytest.mark.parametrize("path", ["//evil.example/p", "", "p", "/caf\u00c3\u00a9"])
def test_an_odd_path_is_the_path_that_werkzeug_makes_of_it(path: str) -> None:
    environ = {**EnvironBuilder("/").get_environ(), "PATH_INFO": path}
    assert Sent(dict(environ)).path == Request(dict(environ)).path


def test_a_body_that_breaks_off_is_no_form() -> None:
    with pytest.raises(ClientDisconnected):
        _ = _sent(b"a=1", CONTENT_LENGTH="4").form


def test_of_a_body_no_more_is_read_than_the_request_says() -> None:
    assert dict(_sent(b"a=1&b=2", CONTENT_LENGTH="3").form) == {"a": "1"}


def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    sent = _sent(b"a" * 11)
    sent.max_content_length = 10
    with pytest.raises(RequestEntityTooLarge):
        _ = sent.form


@pytest.mark.parametrize("length", ["", "-1", "\u00b2", "3.0", "x", "9" * 5000])
def test_a_length_that_is_none_reads_nothing_of_a_stream_that_may_never_end(length: str) -> None:
    sent = _sent(b"a=1", CONTENT_LENGTH=length)
    sent.max_content_length = 10
    assert dict(sent.form) == {}


def test_what_is_no_text_has_no_fields_and_what_was_read_once_is_not_waited_for_again() -> None:
    sent = _sent(b"a=\xff\xfe")
    assert (dict(sent.form), sent.get_data(), sent.stream.read()) == ({}, b"", b"")

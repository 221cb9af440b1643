"""Passphrases and typed codes: stretched, bound to their place, and at a cost that nobody else can set."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from tests.vault.stretching import Stretched
from vault import passphrases
from vault.codes import CodeUnreadable
from vault.errors import Busy, CannotOpen
from vault.passphrases import (
    AT_ONCE,
    FLOOR,
    STRETCH,
    WeakPassphrase,
    link_key,
    new_passphrase,
    pretend,
    refuse_weak,
    unwrap_secret,
    wrap_secret,
)

SECRET = "correct horse battery staple lamp"

# What is stretched in earnest, whatever the tests' own quick stretching is.
REAL = passphrases.Stretch(64 * 1024, 3, 1)


def test_the_right_passphrase_opens_in_its_place_and_no_other_opens_anywhere() -> None:
    blob = wrap_secret(SECRET, b"seed", "account", 1)
    assert unwrap_secret(SECRET, blob, "account", 1) == b"seed"
    for secret, place in ((SECRET, ("account", 2)), (SECRET + "s", ("account", 1)), ("", ("account", 1))):
        with pytest.raises(CannotOpen):
            unwrap_secret(secret, blob, *place)
    assert wrap_secret(SECRET, b"seed", "account", 1)[9:25] != blob[9:25], "every wrap has a salt of its own"


@pytest.mark.parametrize(
    ("made", "typed"),
    [
        ("Zürich liegt am See", "Zu\u0308rich liegt am See"),
        ("five words with one space", "  five   words with\tone space\n"),
        ("full width 12", "full width １２"),
    ],
)
def test_a_keyboard_that_spells_the_same_letters_otherwise_opens_too(made: str, typed: str) -> None:
    assert unwrap_secret(typed, wrap_secret(made, b"seed"), *()) == b"seed"


def test_what_passphrases_really_cost_is_what_was_promised() -> None:
    """ASVS 11.4.2; SEALING: Argon2id with 64 MiB and three passes. Nothing below OWASP's minimum is ever read."""
    blob = wrap_secret(SECRET, b"seed", stretch=REAL)
    assert passphrases._HEAD.unpack_from(blob)[2:5] == (64 * 1024, 3, 1)
    assert unwrap_secret(SECRET, blob) == b"seed"
    assert (FLOOR.memory_kib, FLOOR.iterations) == (19456, 2)


def test_the_key_is_that_of_argon2id_and_its_second_half_stands_in_the_blob() -> None:
    blob = wrap_secret(SECRET, b"seed", "p")
    _, _, memory, iterations, lanes, salt, commitment = passphrases._HEAD.unpack_from(blob)
    both = Argon2id(salt=salt, length=64, memory_cost=memory, iterations=iterations, lanes=lanes).derive(
        SECRET.encode()
    )  # fmt: skip
    assert both[32:] == commitment
    assert both[:32] not in blob


@pytest.mark.parametrize(
    ("memory", "iterations", "lanes"),
    [
        (2**32 - 1, 3, 1), (1024 * 1024, 3, 1), (64 * 1024, 65535, 1), (64 * 1024, 7, 1), (64 * 1024, 3, 255),
        (64 * 1024, 3, 0), (8, 1, 1), (19455, 2, 1), (64 * 1024, 1, 1), (64 * 1024, 0, 1), (0, 0, 0),
    ],
)  # fmt: skip
def test_a_blob_cannot_choose_what_it_costs(stretched: Stretched, memory: int, iterations: int, lanes: int) -> None:
    """ASVS 11.2.5, 15.2.2: a planted blob neither exhausts the server nor weakens a guess; nothing is computed."""
    blob = bytearray(wrap_secret(SECRET, b"seed"))
    passphrases._HEAD.pack_into(blob, 0, 1, 3, memory, iterations, lanes, bytes(16), bytes(32))
    stretched.clear()
    begun = time.perf_counter()
    with pytest.raises(CannotOpen):
        unwrap_secret(SECRET, bytes(blob))
    assert time.perf_counter() - begun < 0.05
    assert stretched == []


def test_the_dearest_blob_that_is_read_costs_eight_times_ours() -> None:
    ceiling = passphrases._CEILING
    assert ceiling.memory_kib * ceiling.iterations <= 8 * REAL.memory_kib * REAL.iterations


def test_every_altered_byte_of_a_blob_shows() -> None:
    """ASVS 11.3.3. Head, salt, commitment and record."""
    blob = wrap_secret(SECRET, b"seed", "p")
    for place in [*range(9), 9, 24, 25, 56, *range(57, len(blob))]:
        wrong = bytearray(blob)
        wrong[place] ^= 1
        with pytest.raises(CannotOpen):
            unwrap_secret(SECRET, bytes(wrong), "p")


def test_a_blob_opens_under_one_passphrase_only() -> None:
    """The commitment: two passphrases with one commitment would be a collision of Argon2id's second half."""
    blob = wrap_secret(SECRET, b"seed")
    other = wrap_secret("another one of five words", b"seed")
    swapped = blob[:25] + other[25:57] + blob[57:]
    for secret in (SECRET, "another one of five words"):
        with pytest.raises(CannotOpen):
            unwrap_secret(secret, swapped)


def test_pretending_is_the_same_work_as_a_wrong_guess(stretched: Stretched) -> None:
    """ASVS 6.3.8: counted in what is computed, not in seconds."""
    blob = wrap_secret(SECRET, b"seed")
    stretched.clear()
    with pytest.raises(CannotOpen):
        unwrap_secret("wrong", blob)
    wrong = list(stretched)
    stretched.clear()
    pretend("wrong")
    assert stretched == wrong
    assert len(wrong) == 1


def test_a_suggested_passphrase_has_five_words_of_a_list_of_7776() -> None:
    """ASVS 6.5.3, 11.5.1: 64 bits, and Argon2id before each guess."""
    assert len(set(passphrases._words())) == 7776
    made = [new_passphrase() for _ in range(400)]
    assert all(len(phrase.split()) == 5 for phrase in made)
    counted = Counter(word for phrase in made for word in phrase.split())
    assert max(counted.values()) < 8
    for phrase in made[:50]:
        refuse_weak(phrase, about=["ada@example.org", "Ada"])


@pytest.mark.parametrize(
    "weak",
    [
        "", "short", "fourteen chars", "password password", "aaaaaaaaaaaaaaaaaaaa", "123456789012345678",
        "qwertyuiopasdfghjkl", "ada lovelace example", "passwordpassword123", "abcdefghijklmnopqrst",
        "letmein letmein letmein", " ".join("a" * 15), "ada@example.org ada@example.org",
    ],
)  # fmt: skip
def test_a_passphrase_that_is_guessed_early_is_refused_with_what_to_do_instead(weak: str) -> None:
    """ASVS 6.2.1, 6.2.4, 6.2.11: length, common ones, words about the person."""
    with pytest.raises(WeakPassphrase, match="15 characters"):
        refuse_weak(weak, about=["ada@example.org", "ada", "example.org", "Ada", "Lovelace"])


def test_a_long_passphrase_of_any_letters_is_welcome() -> None:
    """ASVS 6.2.8, 6.2.9: no rule about digits or capitals, every letter counts, 64 and more are taken."""
    for good in (
        "die Möwe trägt heute keine Schuhe",
        "пять слов о разном и ни о чём",
        "x" * 40 + " tram puzzle harbour " * 5,
    ):
        refuse_weak(good, about=[])
    long = "harbour tram puzzle velvet " * 8
    assert unwrap_secret(long, wrap_secret(long, b"seed")) == b"seed"
    with pytest.raises(CannotOpen):
        unwrap_secret(long[:-2], wrap_secret(long, b"seed"))


def test_a_link_needs_no_stretching_and_is_bound_to_its_place(stretched: Stretched) -> None:
    code = "7KQ4A2BCDEFGH7KQ4A2BCDEFGH"
    assert link_key(code, "p", 1) == link_key(code.lower().replace("7", " 7-"), "p", 1)
    assert len({link_key(code, "p", 1), link_key(code, "p", 2), link_key(code[:-1] + "0", "p", 1)}) == 3
    assert stretched == []
    with pytest.raises(CodeUnreadable):
        link_key("not a code!", "p")


@hypothesis(max_examples=15)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_a_passphrase_that_opens_what_it_closed(text: str) -> None:
    assert unwrap_secret(text, wrap_secret(text, b"seed", "p"), "p") == b"seed"


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """How many bytes more than at the beginning the process ever held, looked at every 5 ms."""
    here, peak, done = psutil.Process(), [0], threading.Event()
    before = here.memory_info().rss

    def look() -> None:
        while not done.wait(0.005):
            peak[0] = max(peak[0], here.memory_info().rss - before)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def test_a_thousand_sign_ins_at_once_take_the_memory_of_three_and_the_others_are_told_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ASVS 15.2.2, at the real cost of 64 MiB each: a flood neither fills the memory nor queues without end."""
    monkeypatch.setattr(passphrases, "STRETCH", REAL)
    threading.stack_size(256 * 1024)
    gate, ends = threading.Event(), Counter[str]()

    def knock() -> None:
        gate.wait()
        try:
            pretend("somebody's guess")
            ends["served"] += 1
        except Busy:
            ends["busy"] += 1

    try:
        threads = [threading.Thread(target=knock) for _ in range(1000)]
        for thread in threads:
            thread.start()
    finally:
        threading.stack_size(0)
    with peak_memory() as peak:
        gate.set()
        for thread in threads:
            thread.join()
    assert ends["served"] + ends["busy"] == 1000
    assert ends["served"] >= AT_ONCE
    assert ends["busy"] > 500
    assert peak[0] < (AT_ONCE + 1) * 64 * 2**20 + 64 * 2**20
    pretend("the next one is served")


def test_never_more_than_three_are_stretched_at_the_same_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """ASVS 15.2.2."""
    running, most = [0], [0]
    lock = threading.Lock()

    class Counting:
        def __init__(self, **_: object) -> None:
            pass

        def derive(self, _: bytes) -> bytes:
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            time.sleep(0.01)
            with lock:
                running[0] -= 1
            return bytes(64)

    monkeypatch.setattr(passphrases, "Argon2id", Counting)
    threads = [threading.Thread(target=pretend, args=("x",)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == AT_ONCE
    assert running[0] == 0


def test_somebody_whose_turn_never_comes_is_told_so_and_leaves_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrases, "_PATIENCE", 0.01)
    for _ in range(AT_ONCE):
        passphrases._running.acquire()
    try:
        for _ in range(50):
            with pytest.raises(Busy, match="Wait half a minute"):
                pretend("x")
    finally:
        for _ in range(AT_ONCE):
            passphrases._running.release()
    pretend("x")
    assert STRETCH.lanes == 1

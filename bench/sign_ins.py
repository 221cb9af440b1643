"""Memory while eight people sign in at once: proving a passphrase takes 64 MiB, and only a few may do it together."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlencode

from bench.figure import Figure
from bench.installation import PASSPHRASE, colleague, installed
from bench.server import Server, serving
from vault.passphrases import AT_ONCE, STRETCH

TOGETHER = 8
_MIB = 1024 * 1024
_PATIENCE = 60  # seconds
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def sign_in(server: Server, email: str, passphrase: str) -> int:
    """The status of the answer to somebody's passphrase; 303 leads to the second factor."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=_PATIENCE)
    connection.request("GET", "/sign-in", headers={"Host": "localhost"})
    page = connection.getresponse()
    cookie = (page.getheader("Set-Cookie") or "").partition(";")[0]
    token = _TOKEN.search(page.read().decode())
    if token is None:
        raise RuntimeError("the page to sign in has no form")
    form = {"csrf_token": token[1], "email": email, "passphrase": passphrase, "next": ""}
    headers = {"Host": "localhost", "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def measure() -> Iterator[Figure]:
    """Peak memory of the server's largest process."""
    with installed() as installation:
        names = [f"person{at}" for at in range(TOGETHER)]
        with installation.stores.work() as work:
            for name in names:
                colleague(work.db, name)
            work.commit()
        with serving("granian", "bench.apps:guarded", installation.environment) as server:
            sign_in(server, "nobody@example.org", "a short one")
            one = server.peak_memory()
            with ThreadPoolExecutor(TOGETHER) as pool:
                statuses = list(pool.map(lambda name: sign_in(server, f"{name}@example.org", PASSPHRASE), names))
            if set(statuses) != {303}:
                raise RuntimeError(f"not everybody was let in: {statuses}")
            peak = server.peak_memory()
    allowed = one + (AT_ONCE - 1) * STRETCH.memory_kib * 1024 + 32 * _MIB
    yield Figure(
        f"peak memory with {TOGETHER} people signing in at once",
        peak / _MIB,
        "MiB",
        f"one person signing in, {one / _MIB:.0f} MiB",
        peak / one,
        f"≤ {allowed / _MIB:.0f} MiB",
        peak <= allowed,
    )

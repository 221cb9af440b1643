"""An empty page behind the guard against a Flask hello-world, under the same server with the same settings."""

import statistics
from collections.abc import Iterator

from bench.apps import OPEN, STAFF
from bench.figure import Figure, at_most
from bench.installation import Installation, colleague, cookie_of, installed
from bench.server import SERVERS, Server, ask, request, serving

GOAL = 2.0
_ROUNDS = 9
_REQUESTS = 1500


def _microseconds(server: Server, message: bytes) -> float:
    """Processor time of the server for one request."""
    before = server.cpu_seconds()
    ask(server.port, message, times=_REQUESTS, status=b"200")
    return (server.cpu_seconds() - before) / _REQUESTS * 1e6


def _compare(kind: str, installation: Installation, cookie: str) -> Iterator[Figure]:
    environment = installation.environment
    with serving(kind, "bench.apps:hello", environment) as hello, serving(
        kind, "bench.apps:guarded", environment
    ) as guarded:  # fmt: skip
        candidates = {
            "hello": (hello, request("/")),
            "open": (guarded, request(OPEN)),
            "staff": (guarded, request(STAFF, cookie=cookie)),
        }
        for server, message in candidates.values():
            ask(server.port, message, times=300, status=b"200")
        found: dict[str, list[float]] = {name: [] for name in candidates}
        for _ in range(_ROUNDS):
            for name, (server, message) in candidates.items():
                found[name].append(_microseconds(server, message))
    plain = statistics.median(found["hello"])
    reference = f"Flask hello-world on {kind}, {plain:.0f} µs"

    def times(name: str) -> float:
        return statistics.median(a / b for a, b in zip(found[name], found["hello"], strict=True))

    goal, holds = at_most(GOAL, times("open"))
    yield Figure(
        "an empty page behind the guard",
        statistics.median(found["open"]),
        "µs CPU",
        reference,
        times("open"),
        goal,
        holds,
    )
    yield Figure(
        "the same for somebody signed in", statistics.median(found["staff"]), "µs CPU", reference, times("staff")
    )


def measure() -> Iterator[Figure]:
    """Processor time of the server for each request."""
    with installed() as installation:
        with installation.stores.work() as work:
            lead = colleague(work.db, "ada")
            work.commit()
        cookie = f"__Host-verbatim={cookie_of(installation, lead)}"
        for kind in SERVERS:
            yield from _compare(kind, installation, cookie)

"""What is stretched, as a list: the work that a guess makes, counted and not timed."""

from typing import Any

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

# Memory in KiB and passes of each stretching, in the order they were made.
Stretched = list[tuple[int, int]]


def counting(counted: Stretched) -> type:
    """Argon2id that writes down what it is asked for."""

    class Counting:
        def __init__(self, **cost: Any) -> None:
            counted.append((cost["memory_cost"], cost["iterations"]))
            self._real = Argon2id(**cost)

        def derive(self, secret: bytes) -> bytes:
            return self._real.derive(secret)

    return Counting

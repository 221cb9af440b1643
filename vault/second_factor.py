"""Six digits that change every half minute, from a secret that an app on a phone shares (TOTP, RFC 6238)."""

import hmac
from datetime import datetime

import pyotp

from vault.errors import Refused

ISSUER = "Verbatim"
_STEP = 30  # seconds


class WrongCode(Refused):
    """The six digits are wrong, too old, or were used before."""

    public = "This code is not right or was used already. Wait for the next one in your authenticator app."


def new_secret() -> str:
    """A secret for an app, 160 bits in base 32."""
    return pyotp.random_base32()


def uri(secret: str, email: str) -> str:
    """What an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def step_of(secret: str, code: str, *, now: datetime) -> int:
    """The half minute to which the digits belong, now or one before or after; WrongCode if to none of them."""
    clock, typed = pyotp.TOTP(secret), "".join(code.split()).encode()
    this = int(now.timestamp()) // _STEP
    # All three are compared, however early one fits.
    fits = [step for step in (this - 1, this, this + 1) if hmac.compare_digest(clock.at(step * _STEP).encode(), typed)]
    if not fits:
        raise WrongCode
    return fits[-1]

"""What a password must be: long enough, none of those that everybody tries first, and nothing of the address itself.

Length and a list of refused passwords are what NIST SP 800-63B (3.1.1.2) asks for; rules about kinds of characters it
advises against. Instead of a list of thousands, the words behind them: most of the common passwords are one word or
run of keys, with digits around it and some letters written as digits.
"""

import re
from itertools import pairwise

from dialer.domain.errors import Invalid

MIN_LENGTH = 8
MAX_LENGTH = 200

_WORDS = frozenset(  # one a line would be two hundred lines
    """
    password passwort passwd motdepasse contrasena senha parola kennwort letmein welcome welcometo wilkommen
    willkommen admin administrator root superuser supervisor manager guest default temp temporary test testing
    tester demo user username login logon access changeme change secret private security secure qwerty qwertz azerty
    qwertyuiop asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazwsxedc qweasd qweasdzxc iloveyou loveyou lovely
    love forever hello helloworld hi dragon monkey football baseball basketball softball soccer hockey golf tennis
    superman batman spiderman starwars startrek pokemon naruto master shadow sunshine princess michael jennifer
    jessica ashley charlie jordan daniel thomas andrew joshua matthew robert william george nicole michelle samantha
    alexander alexandra elizabeth victoria jonathan christopher christian benjamin nicholas patrick richard anthony
    killer hunter ranger buster tigger ginger pepper cookie flower butterfly chocolate strawberry banana orange
    cheese chicken computer internet google facebook twitter linkedin yahoo hotmail microsoft windows samsung iphone
    android apple freedom whatever trustno nothing something blink mustang corvette ferrari mercedes porsche yamaha
    harley liverpool arsenal chelsea barcelona realmadrid manchester manutd juventus newyork london america england
    germany france canada australia summer winter spring autumn monday tuesday wednesday thursday friday saturday
    sunday january february march april may june july august september october november december company business
    office dialer dialler callcenter callcentre agent
    """.split()  # noqa: SIM905
)
_AS_LETTERS = str.maketrans("013457@$!|", "oleastasil")
_RUNS = (
    "01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba",
    "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "mnbvcxzlkjhgfdsapoiuytrewq", "147258369", "789456123", "123654789", "qazwsxedcrfvtgbyhnujmikolp",
    "zaq12wsxcde34rfvbgt56yhnmju78ik",
)  # fmt: skip


def check_password(password: str, *, email: str, field: str = "password") -> str:
    """Return the password if it will do. Raises Invalid that names `field` and says what is wrong."""
    if len(password) < MIN_LENGTH:
        raise Invalid.field(field, f"needs {MIN_LENGTH} characters or more")
    if len(password) > MAX_LENGTH:
        raise Invalid.field(field, f"has room for {MAX_LENGTH} characters")
    if _is_of_address(password, email):
        raise Invalid.field(field, "must not be the e-mail address or a part of it")
    if is_common(password):
        raise Invalid.field(field, "is one of those that are tried first: take several words that nobody else would")
    return password


def is_common(password: str) -> bool:
    """Tell whether this is among the first that a guesser tries: a common word with trimmings, a run, a repetition."""
    plain = re.sub(r"[\s._-]", "", password.lower())
    is_short_number = plain.isdigit() and len(plain) < 12
    if is_short_number or len(set(plain)) <= 2 or _repeats(plain) or _is_run(plain):
        return True
    return bool(_cores(plain) & _WORDS)


def _cores(plain: str) -> set[str]:
    """The word inside, with digits and signs around it taken off: as written, and with digits read as letters."""
    as_letters = plain.translate(_AS_LETTERS)
    trimmed = re.sub(r"^[\W\d]+|[\W\d]+$", "", plain)
    return {trimmed, as_letters, trimmed.translate(_AS_LETTERS), re.sub(r"^[\W\d]+|[\W\d]+$", "", as_letters)} | {
        half for core in (trimmed, as_letters) if (half := core[: len(core) // 2]) and half * 2 == core
    }


def _repeats(plain: str) -> bool:
    """`abcabcabc`: the same few characters again and again."""
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, min(4, len(plain) // 2) + 1))


def _is_run(plain: str) -> bool:
    """`12345678`, `qwertyui`: every step, or all but one, goes along the keyboard or the alphabet."""
    steps = [any(first + second in run for run in _RUNS) for first, second in pairwise(plain)]
    return steps.count(False) <= 1


def _is_of_address(password: str, email: str) -> bool:
    said, name = password.casefold().strip(), email.casefold().partition("@")[0]
    return said == email.casefold() or said == name or (len(name) >= MIN_LENGTH and said.strip("0123456789!.") == name)

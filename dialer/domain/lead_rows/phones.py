"""The phone columns of a batch: the number to dial first, and the person's others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dialer.domain.lead_rows.aliases import ALTERNATES
from dialer.domain.lead_rows.batch import Batch
from dialer.domain.phone_numbers import PhoneNumber, PhoneProblem, is_international, parse_phone_number


@dataclass(frozen=True)
class RowOptions:
    """How a file's numbers are read, beside its default region.

    `try_plus`: digits that are no number of the region may be one with a forgotten plus sign. `allowed_regions`: the
    regions that may be called, all when None. `dialable_only`: refuse premium, toll-free and the like.
    """

    try_plus: bool = False
    allowed_regions: frozenset[str] | None = None
    dialable_only: bool = True


@dataclass(frozen=True)
class Phones:
    """Row by row: what the file said, the number it is (None where refused), and the further ones in E.164."""

    raw: list[str]
    numbers: list[PhoneNumber | None]
    alternates: Sequence[tuple[str, ...]]


def read_phones(batch: Batch, regions: Sequence[str | None], default_region: str, options: RowOptions) -> Phones:
    """Read the phone columns; `regions` are those of the rows, None where the row's country is unknown.

    A bad further number is left out with a warning. When the main one is bad or missing, the first good further one
    takes its place, with a warning: it is the same person's.
    """
    reader = _Reader(batch, regions, default_region, options)
    raw = batch.texts("phone")
    found = reader.read(raw)
    further = reader.read_further()
    numbers: list[PhoneNumber | None] = []
    for index, number in enumerate(found):
        if isinstance(number, PhoneNumber):
            numbers.append(number)
        elif index in further and index not in batch.refused:
            if raw[index]:
                reader.complain(batch.warn, index, "phone", raw[index], number)
            raw[index], replacement = further[index][0]
            numbers.append(replacement)
        else:
            reader.complain(batch.refuse, index, "phone", raw[index], number)
            numbers.append(None)
    alternates: list[tuple[str, ...]] = [()] * batch.size
    for index, others in further.items():
        main = numbers[index]
        unique = dict.fromkeys(other.e164 for _, other in others)
        alternates[index] = tuple(e164 for e164 in unique if main is None or e164 != main.e164)
    return Phones(raw, numbers, alternates)


_UNKNOWN_COUNTRY = PhoneProblem("unknown_country", "Unknown country; write two letters, such as US")
_NOT_ALLOWED = PhoneProblem("country_not_allowed", "Numbers of this country are not called")


class _Reader:
    def __init__(self, batch: Batch, regions: Sequence[str | None], default_region: str, options: RowOptions):
        self._batch = batch
        self._regions = regions
        self._default_region = default_region
        self._options = options

    def read(self, texts: Sequence[str]) -> list[PhoneNumber | PhoneProblem]:
        """Read one column."""
        parse, options = parse_phone_number, self._options
        found = [
            parse(text, region, dialable_only=options.dialable_only, try_plus=options.try_plus)
            if region is not None
            else self._without_country(text)
            for text, region in zip(texts, self._regions, strict=True)
        ]
        allowed = options.allowed_regions
        if allowed is None:
            return found
        return [_NOT_ALLOWED if isinstance(n, PhoneNumber) and n.region not in allowed else n for n in found]

    def read_further(self) -> dict[int, list[tuple[str, PhoneNumber]]]:
        """What the further columns hold, by row, as said and as read; complain about the rest."""
        further: dict[int, list[tuple[str, PhoneNumber]]] = {}
        for target in ALTERNATES:
            if not self._batch.has(target):
                continue
            texts = self._batch.texts(target)
            for index, (text, number) in enumerate(zip(texts, self.read(texts), strict=True)):
                if isinstance(number, PhoneNumber):
                    further.setdefault(index, []).append((text, number))
                elif text:
                    self.complain(self._batch.warn, index, target, text, number)
        return further

    def complain(
        self,
        complain: Callable[[int, str, str, str, str], None],
        index: int,
        target: str,
        text: str,
        number: PhoneProblem,
    ) -> None:
        """Report a number that cannot be called; of an unknown country, the country is what is wrong."""
        if number is _UNKNOWN_COUNTRY:
            target, text = "country", self._batch.texts("country")[index]
        complain(index, target, number.code, text, number.message)

    def _without_country(self, text: str) -> PhoneNumber | PhoneProblem:
        """Read a number of a row whose country we do not know: it must name its own."""
        if text and not is_international(text):
            return _UNKNOWN_COUNTRY
        return parse_phone_number(text, self._default_region, dialable_only=self._options.dialable_only)

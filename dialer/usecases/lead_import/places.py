"""Where the people of a list may be, as numbers of localities. Lists have few places and many people, so answers are
remembered by what decides them."""

from collections.abc import Sequence

from dialer.domain.compliance import Locality, RuleBook, locate
from dialer.domain.errors import Invalid
from dialer.domain.ids import TenantId
from dialer.domain.lead_rows import LeadDraft
from dialer.domain.phone_numbers import PhoneNumber
from dialer.store.localities import UNDETERMINED, ensure_localities
from dialer.usecases.services import Services

_MAX_REMEMBERED = 50_000

_Key = tuple[str, str | None, str | None, str | None, str | None, str | None, str | None]


class Places:
    """Looks up, and stores what is new, in transactions of its own: where people may be is no tenant's secret."""

    def __init__(self, services: Services, tenant_id: TenantId, book: RuleBook, profile: str):
        self._services = services
        self._tenant_id = tenant_id
        self._book = book
        self._profile = profile
        self._known: dict[_Key, int] = {}
        self._ids: dict[str, int] = {}

    def number_localities(self, drafts: Sequence[LeadDraft]) -> list[int]:
        """The number of each draft's locality; `UNDETERMINED` where nobody can tell by now."""
        if len(self._known) > _MAX_REMEMBERED:
            self._known.clear()
        keys = [self._key(draft) for draft in drafts]
        unknown = {key: draft for key, draft in zip(keys, drafts, strict=True) if key not in self._known}
        if unknown:
            self._find_out(unknown)
        return [self._known[key] for key in keys]

    def _key(self, draft: LeadDraft) -> _Key:
        number = draft.phone_normalized
        # What of a number tells its place: the area code where one is known, else more of it.
        area = number[2:5] if number.startswith("+1") else ""
        decides = number[:5] if area in self._book.geography.area_codes else f"{number[:10]} {len(number)}"
        postal_code = draft.postal_code
        if postal_code is not None and len(postal_code) == 10 and postal_code[5] == "-":
            postal_code = postal_code[:5]  # a house more exactly than any rule asks
        return (decides, draft.line_type, draft.region, draft.country, draft.state, postal_code, draft.time_zone)

    def _find_out(self, unknown: dict[_Key, LeadDraft]) -> None:
        found = {key: self._locate(key, draft) for key, draft in unknown.items()}
        new = {each.signature: each for each in found.values() if each is not None and each.signature not in self._ids}
        if new:
            with self._services.transaction(self._tenant_id) as tx:
                wanted = [(each.signature, each.jurisdictions, each.time_zones) for each in new.values()]
                self._ids |= ensure_localities(tx.session, wanted)
        for key, locality in found.items():
            self._known[key] = self._ids[locality.signature] if locality is not None else UNDETERMINED

    def _locate(self, key: _Key, draft: LeadDraft) -> Locality | None:
        _, line_type, region, country, state, postal_code, time_zone = key
        number = PhoneNumber(draft.phone_normalized, region or "", line_type or "unknown")  # type: ignore[arg-type]
        try:
            return locate(
                number,
                book=self._book,
                state=state,
                country=country,
                postal_code=postal_code,
                time_zone=time_zone,
                profile=self._profile,
            )
        except Invalid:
            return None

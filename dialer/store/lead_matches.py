"""A `LeadFilter` in SQL: conditions on a lead `l`, every value a bound parameter."""

from collections.abc import Iterable
from uuid import UUID

from dialer.domain.lead_filters import CustomFieldCondition, LeadFilter

# The call that counts is the last one that was placed; withdrawn ones never were.
LAST_CALL = """
    select last.* from calls last where last.lead_id = l.id and last.placing_at is not null
    order by last.created_at desc, last.id desc limit 1
"""
_CONDITIONS = {
    "statuses": "l.status = any(cast(:statuses as text[]))",
    "list_ids": "l.list_id = any(cast(:list_ids as uuid[]))",
    "import_ids": "l.import_id = any(cast(:import_ids as uuid[]))",
    "priorities": "l.priority = any(cast(:priorities as smallint[]))",
    "countries": "l.country = any(cast(:countries as text[]))",
    "states": "l.state = any(cast(:states as text[]))",
    "last_dispositions": f"""exists (
        select from ({LAST_CALL}) call
        where call.disposition = any(cast(:last_dispositions as text[]))
           or call.agent_disposition = any(cast(:last_dispositions as text[])))""",
    "attempts_min": "l.call_attempts >= :attempts_min",
    "attempts_max": "l.call_attempts <= :attempts_max",
    "created_after": "l.created_at >= :created_after",
    "created_before": "l.created_at < :created_before",
    "last_called_after": "l.last_call_at >= :last_called_after",
    "last_called_before": "l.last_call_at < :last_called_before",
    # Two look-ups by index, where an `or` would read every lead.
    "phones": """l.id in (
        select own.id from leads own where own.phone_normalized = any(cast(:phones as text[]))
        union all
        select further.lead_id from lead_phones further
        where further.phone_normalized = any(cast(:phones as text[])))""",
    "external_ids": "l.external_id = any(cast(:external_ids as text[]))",
    "ids": "l.id = any(cast(:ids as uuid[]))",
}
_CUSTOM = {
    "equals": "l.custom_fields ->> :{name} = :{value}",
    "contains": "strpos(lower(l.custom_fields ->> :{name}), lower(:{value})) > 0",
    "missing": "coalesce(l.custom_fields ->> :{name}, '') = ''",
    "present": "coalesce(l.custom_fields ->> :{name}, '') <> ''",
}


def matches(chosen: LeadFilter) -> tuple[str, dict[str, object]]:
    """SQL for a `where` about the leads `l` of `:campaign_id`, and its parameters besides that one.

    Leads whose person has been removed from them match nothing.
    """
    conditions = ["l.campaign_id = :campaign_id", "l.erased_at is null"]
    parameters: dict[str, object] = {}
    for name, sql in _CONDITIONS.items():
        value = getattr(chosen, name)
        if value not in ((), None):
            conditions.append(sql)
            parameters[name] = [_bound(item) for item in value] if isinstance(value, tuple) else value
    for condition, values in _custom(chosen.custom_fields):
        conditions.append(condition)
        parameters |= values
    return " and ".join(conditions), parameters


def _custom(tests: Iterable[CustomFieldCondition]) -> Iterable[tuple[str, dict[str, object]]]:
    for number, test in enumerate(tests):
        name, value = f"custom_name_{number}", f"custom_value_{number}"
        values: dict[str, object] = {name: test.name}
        if test.test in ("equals", "contains"):
            values[value] = test.value
        yield _CUSTOM[test.test].format(name=name, value=value), values


def _bound(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value

"""What columns may mean, and the headers by which they go in the wild. Data; who fills a target is for `mapping`."""

import re
import unicodedata

CUSTOM_PREFIX = "custom_fields."
IGNORED = "ignore"

# Headers seen in the wild, best first: of a file's "Mobile" and "Phone" columns the earlier in this list is dialled.
# Only whole headers count: "phone type" and "phone consent" are not phones.
ALIASES: dict[str, tuple[str, ...]] = {
    "phone": (
        "phone", "phone number", "phone no", "phonenumber", "telephone", "telephone number", "tel", "tel no",
        "primary phone", "primary phone number", "main phone", "phone 1", "phone1",
        "mobile", "mobile phone", "mobile number", "cell", "cell phone", "cell number", "cellphone",
        "contact number", "lead phone", "number", "msisdn", "телефон", "telefon", "téléphone", "teléfono", "telefono",
    ),
    "first_name": (
        "first name", "firstname", "first", "fname", "fn", "given name", "forename", "name first", "lead first name",
        "primary firstname", "имя", "ism", "prénom", "vorname",
    ),
    "last_name": (
        "last name", "lastname", "last", "lname", "ln", "surname", "family name", "name last", "lead last name",
        "фамилия", "familiya", "nom", "nachname",
    ),
    "full_name": ("full name", "name", "contact name", "contact", "customer name", "lead name"),
    "email": ("email", "e mail", "email address", "e mail address", "lead email", "mail"),
    "country": ("country", "country code", "nation"),
    "type": ("type", "lead type"),
    "priority": ("priority", "lead priority"),
    "notes": ("notes", "note", "comment", "comments", "remarks"),
    "do_not_call": ("do not call", "donotcall", "dnc", "opt out", "opted out"),
    "external_id": ("external id", "lead id", "crm id", "customer id", "account number", "id"),
    "state": (
        "state", "state province", "address state", "st", "province", "prov", "state code", "region",
    ),
    "postal_code": (
        "postal code", "zip", "zip code", "zipcode", "postcode", "post code", "zip postal code", "plz", "cp", "индекс",
    ),
    "time_zone": ("time zone", "timezone", "tz", "gmt offset"),
    "city": ("city", "town"),
    "address": ("address", "street address", "address1", "address 1", "street"),
    "company": ("company", "company name", "organization", "organisation", "account"),
    "consent": ("consent", "opt in", "optin", "opted in", "marketing consent", "tcpa consent"),
}  # fmt: skip

# Further phones of the same person. Fax machines are not among them: they are never dialled.
NUMBERED_ALTERNATES: dict[str, tuple[str, ...]] = {
    f"phone{n}": (f"phone {n}", f"phone{n}", f"phone number {n}", f"mobile {n}", f"alt phone {n}", f"telephone {n}")
    for n in range(2, 6)
}
ALTERNATE_ALIASES = (
    "alt phone", "alternate phone", "alternative phone", "alt phone number", "alternate phone number", "other phone",
    "secondary phone", "second phone", "second contact phone", "home phone", "home phone number", "home number",
    "work phone", "work phone number", "work number", "office phone", "business phone", "alt number", "other number",
)  # fmt: skip
# Names of a main phone that serve as an alternate when another column is the main one. Not "number" and its like:
# beside a phone they may number anything.
LESSER_PHONES = (
    "phone 1", "phone1", "phone no", "phone number", "primary phone", "main phone",
    "mobile", "mobile phone", "mobile number", "cell", "cell phone", "cell number", "cellphone",
    "telephone", "telephone number", "tel", "tel no", "contact number",
)  # fmt: skip
ALTERNATES = tuple(NUMBERED_ALTERNATES)
TARGETS = frozenset(ALIASES) | frozenset(ALTERNATES)
# Targets that are no columns of a lead and live among its custom fields, under these names.
KEPT_AS_CUSTOM = ("city", "address", "company")


def normalize_header(header: str) -> str:
    """A header as the alias table writes it: lower case, words separated by one space, digits kept, "#" as "number"."""
    text = unicodedata.normalize("NFKC", header).replace("\ufeff", "").casefold()
    if any(character.isalpha() for character in text):
        text = text.replace("#", " number ")
    return re.sub(r"[\W_]+", " ", text).strip()

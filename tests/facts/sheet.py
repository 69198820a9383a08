"""The tables of the facts: hours, caps and consent by jurisdiction, zones and states by area code.

Written independently of the product's own rule files, so that a mistake must be made twice to go unseen.
"""

from datetime import date
from typing import NamedTuple

# Begin and end in minutes of the local day.
Spans = tuple[tuple[int, int], ...]


class Week(NamedTuple):
    """Hours by the columns of the table; no holidays: as on any other day."""

    monday_to_friday: Spans
    saturday: Spans
    sunday: Spans
    holidays: Spans | None


def spans(text: str) -> Spans:
    """`10-13,14-20` or `9-21:30` or `-` for none."""
    if text == "-":
        return ()
    return tuple((_minutes(begin), _minutes(end)) for begin, end in (part.split("-") for part in text.split(",")))


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes or 0)


def week(monday_to_friday: str, saturday: str, sunday: str, holidays: str = "as the day") -> Week:
    """One row of the table."""
    special = None if holidays == "as the day" else spans(holidays)
    return Week(spans(monday_to_friday), spans(saturday), spans(sunday), special)


FEDERAL = week("8-21", "8-21", "8-21")

STATES: dict[str, Week] = {
    "AL": week("8-20", "8-20", "-", "-"),
    "CT": week("9-20", "9-20", "9-20"),
    "FL": week("8-20", "8-20", "8-20"),
    "KY": week("10-21", "10-21", "10-21"),
    "LA": week("8-20", "8-20", "-", "-"),
    "MA": week("8-20", "8-20", "8-20"),
    "MD": week("8-20", "8-20", "8-20"),
    "MS": week("8-20", "8-20", "-"),
    "NM": week("9-21", "9-21", "9-21"),
    "NV": week("9-20", "9-20", "9-20"),
    "OK": week("8-20", "8-20", "8-20"),
    "OR": week("8-20", "8-20", "8-20"),
    "PA": week("8-21", "8-21", "8-21", "-"),
    "RI": week("9-18", "10-17", "-", "-"),
    "SD": week("9-21", "-", "-"),
    "TX": week("9-21", "9-21", "12-21"),
    "UT": week("8-21", "8-21", "-", "-"),
    "WA": week("8-20", "8-20", "8-20"),
    "WY": week("8-20", "8-20", "8-20"),
}

# Beside the above, where the voice is a recording.
PRERECORDED: dict[str, Week] = {
    "IL": week("8-21", "8-21", "8-21"),
    "KY": week("8-21", "8-21", "8-21"),
    "MI": week("9-21", "9-21", "9-21"),
    "MN": week("9-21", "9-21", "9-21"),
    "NE": week("8-21", "8-21", "13-21", "13-21"),
    "NV": week("9-21", "9-21", "9-21"),
}
NO_PRERECORDED = {"MA"}
RECORDINGS_NEED_CONSENT = {"US", "CA"}

COUNTRIES: dict[str, Week] = {
    "CA": week("9-21:30", "10-18", "10-18"),
    "FR": week("10-13,14-20", "-", "-", "-"),
    "ES": week("9-21", "-", "-", "-"),
    "AU": week("9-20", "9-17", "-", "-"),
    "IT": week("9-20", "10-19", "-", "-"),
}
ELSEWHERE = week("8-21", "8-21", "8-21")
RUSSIAN_DEBT = week("8-22", "9-20", "9-20", "9-20")
AUSTRALIAN_RESEARCH = week("9-20:30", "9-17", "9-17", "-")

CAPPED_AT_3_IN_24_HOURS = {"FL", "MD", "OK", "OR"}
DEBT_APART = {"FL", "MD", "OK", "OR", "PA"}

# Written consent for what a predictive dialer does; Florida's words are a little narrower.
CONSENT_STATES = {"CT", "MD", "OK"}
CONSENT_STATES_PERHAPS = {"FL"}
CONSENT_NEVER_NEEDED_FOR_A_LIVE_CALL = {"US", "CA", "GB", "AU", "IT"}
FRENCH_OPT_IN = date(2026, 8, 11)

# State | zones: area codes; ...
AREA_CODES = """
AK | Anchorage,Adak: 907
AL | Chicago: 205 251 256 334 659 938
AR | Chicago: 327 479 501 870
AZ | Phoenix: 480 520 602 623; Phoenix,Denver: 928
CA | Los_Angeles: 209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 \
 714 738 747 760 805 818 820 831 840 858 909 916 925 949 951
CO | Denver: 303 719 720 748 970 983
CT | New_York: 203 475 860 959
DC | New_York: 202 771
DE | New_York: 302
FL | New_York: 239 305 321 324 352 386 407 561 645 656 689 727 728 754 772 786 813 863 904 941 954;
     New_York,Chicago: 850 448
GA | New_York: 229 404 470 478 678 706 762 770 912 943
HI | Pacific/Honolulu: 808
IA | Chicago: 319 515 563 641 712
ID | Boise,Los_Angeles: 208 986
IL | Chicago: 217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 872
IN | New_York: 260 317 463 765; New_York,Chicago: 219 574 812 930
KS | Chicago: 316 913; Chicago,Denver: 620 785
KY | New_York: 502 859; New_York,Chicago: 270 364 606
LA | Chicago: 225 318 337 504 985
MA | New_York: 339 351 413 508 617 774 781 857 978
MD | New_York: 227 240 301 410 443 667
ME | New_York: 207
MI | Detroit: 231 248 269 313 517 586 616 734 810 947 989; Detroit,Menominee: 906
MN | Chicago: 218 320 507 612 651 763 952
MO | Chicago: 235 314 417 557 573 636 660 816 975
MS | Chicago: 228 601 662 769
MT | Denver: 406
NC | New_York: 252 336 472 704 743 828 910 919 980 984
ND | Chicago,Denver: 701
NE | Chicago: 402 531; Chicago,Denver: 308
NH | New_York: 603
NJ | New_York: 201 551 609 640 732 848 856 862 908 973
NM | Denver: 505 575
NV | Los_Angeles: 702 725; Los_Angeles,Boise: 775
NY | New_York: 212 315 329 332 347 363 516 518 585 607 631 646 680 716 718 838 845 914 917 929 934
OH | New_York: 216 220 234 283 326 330 380 419 440 513 567 614 740 937
OK | Chicago: 405 539 572 580 918
OR | Los_Angeles: 503 971; Los_Angeles,Boise: 458 541
PA | New_York: 215 223 267 272 412 445 484 570 582 610 717 724 814 835 878
RI | New_York: 401
SC | New_York: 803 821 839 843 854 864
SD | Chicago,Denver: 605
TN | Chicago: 615 629 731 901 931; New_York: 865; Chicago,New_York: 423
TX | Chicago: 210 214 254 281 325 346 361 409 430 469 512 682 713 726 737 806 817 830 832 903 936 940 945 956 972 979;
     Denver: 915; Chicago,Denver: 432
UT | Denver: 385 435 801
VA | New_York: 276 434 540 571 686 703 757 804 826 948
VT | New_York: 802
WA | Los_Angeles: 206 253 360 425 509 564
WI | Chicago: 262 274 353 414 534 608 715 920
WV | New_York: 304 681
WY | Denver: 307
CA-AB | Edmonton: 368 403 587 780 825
CA-BC | Vancouver: 604; Vancouver,Edmonton,Dawson_Creek,Creston: 236 250 257 672 778
CA-MB | Winnipeg: 204 431 584
CA-NB | Halifax: 428 506
CA-NL | St_Johns,Goose_Bay: 709 879
CA-NS+PE | Halifax: 782 902
CA-NT+NU+YT | Whitehorse,Inuvik,Cambridge_Bay,Rankin_Inlet,Iqaluit: 867
CA-ON | Toronto: 226 249 289 343 365 382 416 437 519 548 613 647 683 705 742 753 905 942; Toronto,Winnipeg,Atikokan: 807
CA-QC | Toronto: 263 273 354 438 450 468 514 579 819 873; Toronto,Halifax,Puerto_Rico: 367 418 581
CA-SK | Regina,Edmonton: 306 474 639
PR | Puerto_Rico: 787 939
VI | St_Thomas: 340
GU | Pacific/Guam: 671
MP | Pacific/Saipan: 670
AS | Pacific/Pago_Pago: 684
"""


def _area_codes() -> dict[str, tuple[str, frozenset[str]]]:
    codes: dict[str, tuple[str, frozenset[str]]] = {}
    for line in AREA_CODES.strip().replace(";\n", ";").splitlines():
        state, _, groups = line.partition(" | ")
        for group in groups.split(";"):
            zones, _, numbers = group.partition(":")
            names = frozenset(z if "/" in z else f"America/{z}" for z in zones.strip().split(","))
            codes |= dict.fromkeys(numbers.split(), (state, names))
    return codes


# Area code -> (state, zones), and state -> every zone that some part of it keeps.
AREA = _area_codes()
STATE_ZONES: dict[str, frozenset[str]] = {}
for _state, _zones in AREA.values():
    for _part in _state.removeprefix("CA-").split("+") if _state.startswith("CA-") else [_state]:
        STATE_ZONES[_part] = STATE_ZONES.get(_part, frozenset()) | _zones
CANADIAN = {"AB", "BC", "MB", "NB", "NL", "NS", "PE", "NT", "NU", "YT", "ON", "QC", "SK"}

# Postal codes whose zone is known without doubt: (state, zone).
POSTAL = {
    "32501": ("FL", "America/Chicago"),  # Pensacola
    "32301": ("FL", "America/New_York"),  # Tallahassee
    "33101": ("FL", "America/New_York"),  # Miami
    "79901": ("TX", "America/Denver"),  # El Paso
    "79701": ("TX", "America/Chicago"),  # Midland
    "75201": ("TX", "America/Chicago"),  # Dallas
    "37402": ("TN", "America/New_York"),  # Chattanooga
    "37201": ("TN", "America/Chicago"),  # Nashville
    "46402": ("IN", "America/Chicago"),  # Gary
    "46601": ("IN", "America/New_York"),  # South Bend
    "47708": ("IN", "America/Chicago"),  # Evansville
    "42101": ("KY", "America/Chicago"),  # Bowling Green
    "41501": ("KY", "America/New_York"),  # Pikeville
    "57701": ("SD", "America/Denver"),  # Rapid City
    "57104": ("SD", "America/Chicago"),  # Sioux Falls
    "83702": ("ID", "America/Boise"),  # Boise
    "83814": ("ID", "America/Los_Angeles"),  # Coeur d'Alene
    "97914": ("OR", "America/Boise"),  # Ontario, Malheur County
    "97201": ("OR", "America/Los_Angeles"),  # Portland
    "49801": ("MI", "America/Menominee"),  # Iron Mountain
    "49855": ("MI", "America/Detroit"),  # Marquette
    "69361": ("NE", "America/Denver"),  # Scottsbluff
    "68102": ("NE", "America/Chicago"),  # Omaha
    "67735": ("KS", "America/Denver"),  # Goodland
    "67401": ("KS", "America/Chicago"),  # Salina
    "58102": ("ND", "America/Chicago"),  # Fargo
    "99501": ("AK", "America/Anchorage"),  # Anchorage
    "86001": ("AZ", "America/Phoenix"),  # Flagstaff
    "10001": ("NY", "America/New_York"),  # Manhattan
    "94105": ("CA", "America/Los_Angeles"),  # San Francisco
    "96813": ("HI", "Pacific/Honolulu"),  # Honolulu
    "35203": ("AL", "America/Chicago"),  # Birmingham
}
COUNTRY_ZONES = {
    "GB": {"Europe/London"},
    "FR": {"Europe/Paris"},
    "DE": {"Europe/Berlin"},
    "IT": {"Europe/Rome"},
    "IN": {"Asia/Kolkata"},
    "NP": {"Asia/Kathmandu"},
    "JP": {"Asia/Tokyo"},
}

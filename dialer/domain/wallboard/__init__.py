"""The wallboard as values: what is read, what is shown of it, and what differs between two moments."""

from dialer.domain.wallboard.boards import Board, Change, apply_change, board_of_json, compare
from dialer.domain.wallboard.facts import (
    EVERYTHING,
    AgentMinute,
    BoardAgent,
    BoardCall,
    BoardCampaign,
    BoardDecision,
    BoardFacts,
    CallMinute,
    Chosen,
    LeadCounts,
    Supervision,
)
from dialer.domain.wallboard.figures import SERIES_SPAN, compose_board, iso

__all__ = [
    "EVERYTHING",
    "SERIES_SPAN",
    "AgentMinute",
    "Board",
    "BoardAgent",
    "BoardCall",
    "BoardCampaign",
    "BoardDecision",
    "BoardFacts",
    "CallMinute",
    "Change",
    "Chosen",
    "LeadCounts",
    "Supervision",
    "apply_change",
    "board_of_json",
    "compare",
    "compose_board",
    "iso",
]

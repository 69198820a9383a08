"""What a campaign, a lead, an agent and a call are, and which changes are legal. Pure: no I/O, no clock."""

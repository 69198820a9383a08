"""`make demo`: the whole product on this machine, a campaign, simulated people at both ends, a report."""

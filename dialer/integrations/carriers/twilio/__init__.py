"""Twilio: the only place in the product that knows its words, numbers and markup."""

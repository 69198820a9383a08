"""Twilio's REST API, version 2010-04-01: routes, forms, JSON."""

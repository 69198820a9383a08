"""Carriers that can place calls for us, one package each."""

"""The contracts served, one folder each. They share use cases, never code."""

"""What the dialer surface takes and gives, as pydantic models. The OpenAPI document is made from these."""

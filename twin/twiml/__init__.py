"""TwiML: reading documents, fetching them, and doing what they say."""

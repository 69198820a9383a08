"""The telephone network: calls, people, conferences, recordings. It knows no REST and no TwiML syntax."""

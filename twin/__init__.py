"""A stand-in for Twilio Programmable Voice that speaks HTTP; it imports nothing of the rest of the project."""

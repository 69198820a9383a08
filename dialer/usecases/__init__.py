"""The verbs of the product, one file per subject. Each is a function: collaborators and keyword arguments in, one
transaction, a dataclass out. No HTTP, no queue, no carrier SDK."""

"""The clock of the product: a table of jobs that only enqueue, run by one leader."""

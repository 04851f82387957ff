"""What was learned from a collection, and whose it is: models, domains, sets of types."""

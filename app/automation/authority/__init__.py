"""The authority matrix: how far a role may go by itself, for each class of customer."""

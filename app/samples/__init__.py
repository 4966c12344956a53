"""Sample records: what a new workspace can look around with, and get rid of in one step."""

"""Who may sign in at a workspace and what they may do there; all of it lives inside the tenant."""

"""What can be done with users, teams, roles, sessions and tokens; plain functions without Flask."""

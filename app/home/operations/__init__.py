"""What people do with their Homes, and admins with those of roles."""

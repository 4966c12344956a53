"""What the service's own pages show."""

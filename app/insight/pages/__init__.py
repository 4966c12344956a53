"""What insight's pages show."""

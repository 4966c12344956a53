"""What the people of a workspace do on their way out."""

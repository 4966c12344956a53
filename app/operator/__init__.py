"""The service's own side: its front page, and the console of those who run it."""

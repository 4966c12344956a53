"""What the customer base shows on pages: activities on timelines, the composer."""

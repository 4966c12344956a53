"""What happens by itself when a record changes: webhooks tell programs elsewhere."""

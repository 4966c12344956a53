"""What a firm pays us: its subscription, Stripe, and what follows when a bill is not paid."""

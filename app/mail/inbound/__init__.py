"""Mail in: what people forward or send a hidden copy of lands on the right customer's timeline."""

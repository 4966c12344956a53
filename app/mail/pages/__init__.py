"""What pages show of mails."""

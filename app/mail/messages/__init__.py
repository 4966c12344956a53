"""Mails between a workspace's people and its customers: kept on the records that they are about."""

"""Webhooks: a signed message to an address of the workspace's choice for each event it asked for.

`outbox` hears the events as they are written and makes deliveries of them, `claim` says which are
sent next, `sender` sends them, `outcome` writes down what came of it.
"""

"""A stand-in for Stripe's HTTP API that keeps its state, for the demo and for tests.

It knows what this product asks of Stripe and refuses the rest as Stripe does: what a call may say
is read from the official client's own typed parameters (`stripe.params`), and an answer has every
field of Stripe's published examples (`shapes.json`, from Stripe's OpenAPI repository, MIT).
"""

"""The JSON API of every record type: what comes in, what goes out, and what is done only once."""

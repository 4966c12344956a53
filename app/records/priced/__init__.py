"""Records with amounts in a currency of their own: one currency and one rate for each record."""

"""Sales: from the enquiry to the money."""

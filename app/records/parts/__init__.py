"""What records of a type consist of, such as the lines of an order: reports count these as well."""

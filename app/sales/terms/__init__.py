"""What may be agreed with customers by their size and by how they pay."""

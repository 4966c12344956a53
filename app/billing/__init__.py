"""What a firm rents of us: its use of the plan, the plan itself, its bills."""

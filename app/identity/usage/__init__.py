"""What a workspace uses of its plan: counted exactly, whoever adds at the same moment."""

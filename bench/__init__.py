"""How fast the server is beside the bare floor: the same stack with no validation, index, access or audit."""

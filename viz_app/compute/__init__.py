"""What is done with a network, as plain functions and generators on tensors."""

"""Networks: layer tables that explain themselves, drawn, compared, built."""

"""Style transfer by optimising a picture: ``cost`` has the formulas, ``run`` the optimisation."""

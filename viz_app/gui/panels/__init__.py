"""One panel a lab: the view half of its presenter."""

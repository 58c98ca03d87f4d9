"""The sample domain: an online gift shop's order lines and customer profiles."""

"""Transform the order lines and customer profiles of the sample, an online gift shop."""

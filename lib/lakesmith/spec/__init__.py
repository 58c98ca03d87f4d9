"""Load the YAML specs of a project as typed, frozen models."""

"""The specs of a project: YAML to typed, frozen models, every mistake with its place."""

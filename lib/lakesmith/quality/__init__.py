"""Pure quality: checks as columns, the gate, table figures and profiles; nothing read, written or started."""

"""Read topics of Kafka by their offsets, which the ledger keeps."""

"""The SQL read model and evidence log: worklist rows, hash-chained evidence, intake register."""

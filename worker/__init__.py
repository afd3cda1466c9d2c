"""The process that runs journeys: settings, client, codec, logs, registry."""

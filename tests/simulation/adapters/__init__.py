"""The adapters' own tests, on the table in memory instead of moto's: it keeps what the adapters rely on."""

"""What files are called that hold tables, or no picture or recording."""

from headstart.data.tables import SENTENCES

TABLES = {
    *(".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet", ".arrow", ".xlsx", ".xlsm"),
    *SENTENCES,
}
"""Endings of files that may hold a manifest."""
NO_MEDIA = {
    *TABLES,
    *(".txt", ".md", ".rst", ".json", ".xml", ".html", ".htm", ".yaml", ".yml", ".toml", ".log"),
    *(".text", ".tex", ".eml", ".srt", ".asc", ".rtf", ".feat", ".vocab"),
    *(".py", ".ipynb", ".sh", ".js", ".css", ".pdf", ".doc", ".docx", ".xlsx", ".ini", ".db"),
    *(".zip", ".tar", ".gz", ".bz2", ".xz", ".tgz", ".7z", ".rar", ".lnk", ".url", ".pkl", ".npz"),
}
"""Endings of files that are no examples among pictures and recordings."""

"""The report, and the words that it shares with notifications."""

"""Truth tables: each word of the campaign language, written as marketing writes it, with the reason in the last column."""

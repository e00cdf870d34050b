"""`make demo`: plays a script through the embedded stack, counts what AWS then holds, and shows it."""

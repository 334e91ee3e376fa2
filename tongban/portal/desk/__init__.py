"""The officers' desk: to-do list, case page, history."""

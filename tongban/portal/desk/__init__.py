"""The officers' desk (办件台): to-do list, case page, and work done."""

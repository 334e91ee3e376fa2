"""Applications and cases (申请、办件): drafts, the case table, steps and deadlines."""

"""Pure rules of cases: the table of moves, the graph, the form, materials and numbers."""

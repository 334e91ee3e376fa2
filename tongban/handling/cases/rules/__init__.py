"""Pure rules of cases: allowed moves, the graph, the form, materials, deadlines and numbers."""

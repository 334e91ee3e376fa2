"""Pages of work orders (工单): the officers' pages, and those of whoever raised an order."""

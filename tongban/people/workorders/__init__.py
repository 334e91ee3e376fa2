"""Work orders (工单): what somebody is asked to do, by when, and has to answer for."""

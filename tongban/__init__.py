"""Tongban (通办): the smart government-services platform of a city."""

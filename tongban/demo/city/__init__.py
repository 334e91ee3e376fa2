"""The demo city Yunzhou (云州市, invented, division 990100), built through services with a fixed random seed."""

"""Intelligent case handling (智能业务办理)."""

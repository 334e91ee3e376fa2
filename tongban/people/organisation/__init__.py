"""Divisions, departments and posts (区划、部门、岗位)."""

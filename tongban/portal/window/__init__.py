"""Window mode (现场办理): a clerk applies for a person who is present; the same case as online."""

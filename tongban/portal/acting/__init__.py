"""Who acts for whom (授权管理): give, answer, change and end mandates; see what was done in one's name."""

"""Staff of a department (人员管理): posts, appointments, stand-ins, leaving; and why somebody may do something."""

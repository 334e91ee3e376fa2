"""Staff of departments (人员管理): posts, appointments, stand-ins, leaving; and explanations of policy decisions."""

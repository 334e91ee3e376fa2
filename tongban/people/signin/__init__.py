"""How people prove who they are (登录与实名): sign-in, codes by SMS, factors, sessions, real-name levels, step-up."""

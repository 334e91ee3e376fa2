"""Single sign-on: the registry of connected systems, the OpenID provider, and sign-in with the nation's identities."""

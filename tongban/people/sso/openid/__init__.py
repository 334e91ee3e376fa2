"""The OpenID provider: the library's validator with our additional requirements."""

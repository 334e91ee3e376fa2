"""The OpenID provider: the library's validator with what we demand beyond it, its signing keys and claims."""

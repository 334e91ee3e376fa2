"""The provider's endpoints, and pages for people, owners of systems and reviewers."""

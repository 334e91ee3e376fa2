"""The one door: home, my space and the officers' desk."""

#!/usr/bin/env python
"""The command line of the platform."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.site.settings")
    from tongban.site.starting import run_command

    run_command(sys.argv)

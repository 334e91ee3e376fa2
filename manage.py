#!/usr/bin/env python
"""The command line of the platform."""

import os
import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["restore"]:  # before anything is attached: it makes a platform, and touches none
        from tongban.trust.backups.restoring import main

        sys.exit(main(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.site.settings")
    from tongban.site.starting import run_command

    run_command(sys.argv)

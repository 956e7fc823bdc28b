"""Where the installed MiKL Visio begins."""

from desktop.system.installation import tidy_environment

tidy_environment()

from desktop.participant import main  # noqa: E402  (nothing may start a program or load a library before)

raise SystemExit(main())

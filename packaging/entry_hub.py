"""Where the installed MiKL Hub begins."""

from desktop.system.installation import tidy_environment

tidy_environment()

from desktop.hub import main  # noqa: E402  (nothing may start a program or load a library before)

raise SystemExit(main())

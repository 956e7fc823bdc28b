"""Cameras, microphones and loudspeakers behind the ports of `desktop.rtc.media`.

`choice.py` decides what a room gets; every other module is one device or one idea a device needs.
Nothing here knows windows. Modules that import QtMultimedia (0.2 s) are imported by `choice.py`
inside its functions, so that starting an app does not pay for them.
"""

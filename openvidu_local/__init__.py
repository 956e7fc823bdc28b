"""An OpenVidu 2.32-compatible server for the demo and the tests: `python -m openvidu_local`.

It speaks OpenVidu's REST API and its JSON-RPC signalling, and relays real WebRTC media without
transcoding it. It imports nothing of the product, so that a wrong belief about the protocol
cannot hide on both sides of the wire. Embed it with `OpenViduServer` from `openvidu_local.server`.
"""

"""A live room over WebRTC: OpenVidu 2.32's signalling and aiortc, on plain asyncio, without Qt."""

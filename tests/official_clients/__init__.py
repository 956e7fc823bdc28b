"""OpenVidu's official clients as peers: openvidu-browser in Chromium, openvidu-node-client in Node."""

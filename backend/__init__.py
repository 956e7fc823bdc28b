"""The hosted service: accounts, meetings, notifications and live events over PostgreSQL and OpenVidu."""

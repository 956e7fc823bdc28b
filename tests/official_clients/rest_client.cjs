/**
 * Commands for openvidu-node-client: one JSON array per line in, one JSON answer per line out.
 *
 * A command is `[method, ...arguments]` of the table below; the answer is `{value}` or `{error}`. One
 * process is one object model: what it knows stays between commands, as in an application's server.
 */
"use strict";

const readline = require("node:readline");

const { OpenVidu, OpenViduRole } = require("openvidu-node-client");

const openvidu = new OpenVidu(process.env.OPENVIDU_URL, process.env.OPENVIDU_SECRET);
openvidu.enableProdMode();

function session(id) {
  const found = openvidu.activeSessions.find((each) => each.sessionId === id);
  if (!found) {
    throw new Error(`no session ${id}`);
  }
  return found;
}

function shownConnection({ connectionId, status, token, role, serverData, clientData, publishers, subscribers }) {
  return {
    connectionId,
    status,
    token,
    role,
    serverData,
    clientData,
    publishers: publishers.map(({ streamId, hasAudio, hasVideo, audioActive, videoActive, typeOfVideo }) => ({
      streamId,
      hasAudio,
      hasVideo,
      audioActive,
      videoActive,
      typeOfVideo,
    })),
    subscribers,
  };
}

function shownSession({ sessionId, createdAt, properties, recording, connections, activeConnections }) {
  return {
    sessionId,
    createdAt,
    properties,
    recording,
    connections: connections.map(shownConnection),
    activeConnections: activeConnections.map(shownConnection),
  };
}

const commands = {
  createSession: async (properties) => shownSession(await openvidu.createSession(properties)),
  createConnection: async (id, { role, ...others }) =>
    shownConnection(await session(id).createConnection({ role: OpenViduRole[role], ...others })),
  fetch: async () => openvidu.fetch(),
  fetchSession: async (id) => session(id).fetch(),
  sessions: async () => openvidu.activeSessions.map(shownSession),
  forceDisconnect: async (id, connectionId) => session(id).forceDisconnect(connectionId),
  forceUnpublish: async (id, streamId) => session(id).forceUnpublish(streamId),
  close: async (id) => session(id).close(),
  listRecordings: async () => openvidu.listRecordings(),
  startRecording: async (id) => openvidu.startRecording(id),
};

async function answer(line) {
  const [method, ...parameters] = JSON.parse(line);
  try {
    return { value: (await commands[method](...parameters)) ?? null };
  } catch (error) {
    return { error: error.message };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
  }
}

main();

/**
 * Notes, with times, what a participant sees and hears of others and what the library tells it.
 *
 * Times are milliseconds of `performance.now()`.
 */
import { Ear } from "../../official_clients/page/sources.js";

const LOOK_MS = 10;
const LOOKS = 2;
const HEAR_MS = 20;
const UNREADABLE = -1;
/** Samples listened to at a time: 21 ms at 48 kHz. */
const WINDOW = 1024;

export class Watcher {
  constructor(participant) {
    this.participant = participant;
    this.phases = [];
    this.seen = {};
    this.ears = new Map();
    this.frames = new Map();
  }

  /** Start to watch people; `people` has the tone in Hz and the source's id by name. */
  start(people, heardRms) {
    this.people = people;
    this.heardRms = heardRms;
    for (const name of Object.keys(people)) {
      this.seen[name] = { pictures: [], sounds: [], connections: [] };
    }
    const { session } = this.participant;
    this.phase("connected");
    session.on("reconnecting", () => this.phase("reconnecting"));
    session.on("reconnected", () => this.phase("connected"));
    session.on("sessionDisconnected", () => this.phase("left"));
    setInterval(() => this.look(), LOOK_MS);
    setInterval(() => this.hear(), HEAR_MS);
  }

  /** Everybody was seen and heard. */
  hasEverybody() {
    return Object.values(this.seen).every(
      ({ pictures, sounds }) => pictures.at(-1)?.[1] >= 0 && sounds.at(-1)?.[1],
    );
  }

  phase(name) {
    this.phases.push([performance.now(), name]);
  }

  /** The connection that bears a name, the newest if several do; undefined when nobody does. */
  connectionOf(name) {
    const everybody = [...this.participant.session.remoteConnections.values()];
    return everybody.findLast(({ data }) => data.includes(`"${name}"`))?.connectionId;
  }

  look() {
    const now = performance.now();
    for (const [name, { sourceId }] of Object.entries(this.people)) {
      const { pictures, connections } = this.seen[name];
      const connectionId = this.connectionOf(name) ?? "";
      if (connections.at(-1)?.[1] !== connectionId) {
        connections.push([now, connectionId]);
      }
      const video = this.participant.watched.get(connectionId)?.video;
      const key = `${connectionId} ${video?.getVideoPlaybackQuality().totalVideoFrames}`;
      const frame = this.frames.get(name) ?? {};
      // A picture is counted a moment before it can be read: look twice.
      const looks = frame.key === key ? frame.looks : LOOKS;
      this.frames.set(name, { key, looks: looks - 1 });
      if (video?.videoWidth && looks > 0) {
        const code = this.participant.frameCode(connectionId);
        const number = code?.sourceId === sourceId ? code.number : UNREADABLE;
        if (pictures.at(-1)?.[1] !== number) {
          pictures.push([now, number]);
        }
      }
    }
  }

  hear() {
    const now = performance.now();
    for (const [name, { frequency }] of Object.entries(this.people)) {
      const stream = this.participant.watched.get(this.connectionOf(name))?.video.srcObject;
      const ear = this.earFor(name, stream);
      this.seen[name].sounds.push([now, ear ? ear.energyAt(frequency) > this.heardRms : false]);
    }
  }

  /** An ear on the present stream of somebody; a stream that was negotiated anew gets a new one. */
  earFor(name, stream) {
    const present = this.ears.get(name);
    if (present && present.stream === stream) {
      return present.ear;
    }
    present?.ear.stop();
    this.ears.delete(name);
    if (!stream?.getAudioTracks().length) {
      return null;
    }
    const ear = new Ear(this.participant.audio, stream);
    ear.analyser.fftSize = WINDOW;
    this.ears.set(name, { stream, ear });
    return ear;
  }
}

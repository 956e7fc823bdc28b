/**
 * One participant: openvidu-browser as an application uses it, with everything it says written down.
 *
 * Every call returns JSON-able values only; `events` grows with each event of the library.
 */
import { OpenVidu } from "openvidu-browser";

import { readFrameCode } from "./frame_code.js";
import { Marks } from "./marks.js";
import { CanvasCamera, Ear, ToneMicrophone } from "./sources.js";

const SESSION_EVENTS = [
  "connectionCreated",
  "connectionDestroyed",
  "streamCreated",
  "streamDestroyed",
  "streamPropertyChanged",
  "sessionDisconnected",
  "signal",
  "reconnecting",
  "reconnected",
  "exception",
];
const PUBLISHER_EVENTS = ["streamCreated", "streamDestroyed", "streamPropertyChanged"];

/** Milliseconds without a picture after which the library complains; a busy machine needs longer. */
const NO_PICTURE_MS = 20000;

export class Participant {
  constructor() {
    this.events = [];
    this.watched = new Map(); // by connection id: {subscriber, video, ear}
    this.audio = new AudioContext();
    this.openvidu = new OpenVidu();
    this.openvidu.enableProdMode();
    this.openvidu.setAdvancedConfiguration({
      // Without it the library asks public STUN servers; everything here is on this machine.
      rtcConfiguration: { iceServers: [] },
      noStreamPlayingEventExceptionTimeout: NO_PICTURE_MS,
    });
  }

  /** Call a method by name; a failure is an Error whose message names it, whatever the library threw. */
  async call(method, ...parameters) {
    try {
      return await this[method](...parameters);
    } catch (error) {
      throw new Error(`${error.name}: ${error.message}`);
    }
  }

  /**
   * Join. `data` is this client's part of the metadata; `watching` subscribes to whatever comes, which a
   * connection that only shares a screen does not.
   */
  async join(token, data, watching = true) {
    this.session = this.openvidu.initSession();
    for (const name of SESSION_EVENTS) {
      // Without an event in two of them: reconnecting and reconnected.
      this.session.on(name, (event) => this.note("session", name, event));
    }
    if (watching) {
      this.session.on("streamCreated", ({ stream }) => this.watch(stream));
    }
    this.session.on("streamDestroyed", ({ stream }) => this.unwatch(stream.connection.connectionId));
    await this.session.connect(token, data);
    return this.session.connection.connectionId;
  }

  /** Join, publish the (fake) devices, and give the milliseconds until somebody's first picture shows. */
  async joinAndWatch(token) {
    const begun = performance.now();
    let show;
    const shown = new Promise((resolve) => {
      show = resolve;
    });
    this.session = this.openvidu.initSession();
    this.session.on("streamCreated", ({ stream }) => {
      this.watch(stream);
      const { video } = this.watched.get(stream.connection.connectionId);
      video.requestVideoFrameCallback((now) => show(now));
    });
    await this.session.connect(token, JSON.stringify({ name: "Web" }));
    const published = this.publishSources({ resolution: "640x480" });
    const end = await shown;
    await published;
    return end - begun;
  }

  /**
   * Publish a canvas with frame codes and a tone.
   *
   * @param {{sourceId: number, width: number, height: number, frameRate: number}} picture
   * @param {{frequency: number, rms: number}} tone
   */
  async publish(picture, tone) {
    this.camera = new CanvasCamera(picture);
    this.microphone = new ToneMicrophone(this.audio, tone);
    return this.publishSources({ videoSource: this.camera.track, audioSource: this.microphone.track });
  }

  /** Publish vowels that are said when somebody listens for them: see `soundDelays`. */
  async publishMarks() {
    this.marks = new Marks(this.audio);
    return this.publishSources({ videoSource: false, audioSource: this.marks.track });
  }

  /**
   * Milliseconds that vowels of another participant of this page take to here, and how long they take within
   * WebAudio alone, which is in the former.
   */
  async soundDelays(speaker, connectionId, count, everyS) {
    const { video } = this.watched.get(connectionId);
    const { marks } = speaker;
    const within = await marks.delays(marks.destination.stream, 4, everyS);
    return { within, whole: await marks.delays(video.srcObject, count, everyS) };
  }

  /** Publish the browser's own (fake) camera and microphone, opened by the library. */
  async publishDevices(resolution) {
    return this.publishSources({ resolution });
  }

  /** Share a canvas as a screen: the library asks the browser for one and is given this. */
  async shareScreen(picture) {
    this.camera = new CanvasCamera(picture);
    navigator.mediaDevices.getDisplayMedia = async () => new MediaStream([this.camera.track]);
    return this.publishSources({ videoSource: "screen", audioSource: false });
  }

  async publishSources(properties) {
    this.publisher = await this.openvidu.initPublisherAsync(undefined, properties);
    for (const name of PUBLISHER_EVENTS) {
      this.publisher.on(name, (event) => this.note("publisher", name, event));
    }
    await this.session.publish(this.publisher);
    return this.publisher.stream.streamId;
  }

  /** Publish another canvas instead of the present picture, on the same connection. */
  async replacePicture(picture) {
    this.camera?.stop();
    this.camera = new CanvasCamera(picture);
    await this.publisher.replaceTrack(this.camera.track);
  }

  async publishAudio(on) {
    this.publisher.publishAudio(on);
  }

  async publishVideo(on) {
    await this.publisher.publishVideo(on);
  }

  async unpublish() {
    await this.session.unpublish(this.publisher);
  }

  async signal(type, data, to = []) {
    const receivers = to.map((id) => this.session.remoteConnections.get(id) ?? this.session.connection);
    await this.session.signal({ type, data, to: receivers });
  }

  async forceDisconnect(connectionId) {
    await this.session.forceDisconnect(this.session.remoteConnections.get(connectionId));
  }

  async forceUnpublish(connectionId) {
    await this.session.forceUnpublish(this.session.remoteConnections.get(connectionId).stream);
  }

  async unsubscribe(connectionId) {
    const { subscriber } = this.watched.get(connectionId);
    await this.session.unsubscribe(subscriber);
    this.unwatch(connectionId);
  }

  async subscribe(connectionId) {
    this.watch(this.session.remoteConnections.get(connectionId).stream);
  }

  leave() {
    this.session.disconnect();
  }

  /** Everybody else, as the library sees them. */
  others() {
    return [...this.session.remoteConnections.values()].map(({ connectionId, data, role, stream }) => ({
      connectionId,
      data,
      role,
      stream: stream && {
        streamId: stream.streamId,
        hasAudio: stream.hasAudio,
        hasVideo: stream.hasVideo,
        audioActive: stream.audioActive,
        videoActive: stream.videoActive,
        typeOfVideo: stream.typeOfVideo,
        frameRate: stream.frameRate,
        videoDimensions: stream.videoDimensions,
      },
    }));
  }

  /** The frame code in the picture of somebody, read from the <video> now; null without one. */
  frameCode(connectionId) {
    const image = this.image(connectionId);
    return image && readFrameCode(image);
  }

  /** Mean brightness of somebody's picture, 0 to 255; null without one. */
  brightness(connectionId) {
    const image = this.image(connectionId);
    if (!image) {
      return null;
    }
    let sum = 0;
    for (let at = 0; at < image.data.length; at += 4) {
      sum += (image.data[at] + image.data[at + 1] + image.data[at + 2]) / 3;
    }
    return sum / (image.data.length / 4);
  }

  /** How loud one frequency is in what somebody sends; 0 while nothing is received. */
  energyAt(connectionId, frequency) {
    const watched = this.watched.get(connectionId);
    const stream = watched?.video.srcObject;
    if (!stream?.getAudioTracks().length) {
      return 0;
    }
    watched.ear ??= new Ear(this.audio, stream);
    return watched.ear.energyAt(frequency);
  }

  /** The codec of the picture received from somebody, e.g. `video/VP8`; null while none came. */
  async receivedCodec(connectionId) {
    const peer = this.watched.get(connectionId)?.subscriber.stream.getRTCPeerConnection();
    const stats = await peer?.getStats();
    const received = [...(stats?.values() ?? [])].find(
      (row) => row.type === "inbound-rtp" && row.kind === "video" && row.codecId,
    );
    return received ? stats.get(received.codecId).mimeType : null;
  }

  /** Note when each picture of somebody is shown, by its number; `moments` of a camera are alike. */
  watchPictures(connectionId) {
    const { video } = this.watched.get(connectionId);
    const canvas = new OffscreenCanvas(1, 1);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    this.shown = {};
    const look = (now) => {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      context.drawImage(video, 0, 0);
      const code = readFrameCode(context.getImageData(0, 0, canvas.width, canvas.height));
      if (code && !(code.number in this.shown)) {
        this.shown[code.number] = performance.timeOrigin + now;
      }
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  }

  /** Milliseconds since 1970 at which each number was drawn and shown. */
  moments() {
    return { drawn: this.camera?.drawn ?? {}, shown: this.shown ?? {} };
  }

  image(connectionId) {
    const video = this.watched.get(connectionId)?.video;
    if (!video?.videoWidth) {
      return null;
    }
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, 0, 0);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  }

  watch(stream) {
    const subscriber = this.session.subscribe(stream, undefined);
    const video = document.createElement("video");
    video.autoplay = true;
    video.playsInline = true;
    document.getElementById("others").append(video);
    subscriber.addVideoElement(video);
    subscriber.on("streamPlaying", (event) => this.note("subscriber", "streamPlaying", event));
    this.watched.set(stream.connection.connectionId, { subscriber, video });
  }

  unwatch(connectionId) {
    const watched = this.watched.get(connectionId);
    watched?.ear?.stop();
    watched?.video.remove();
    this.watched.delete(connectionId);
  }

  note(on, name, event = {}) {
    const stream = event.stream ?? event.target?.stream;
    const connection = event.connection ?? stream?.connection;
    this.events.push({
      on,
      type: event.type ?? name,
      reason: event.reason,
      connectionId: connection?.connectionId,
      streamId: stream?.streamId,
      changed: event.changedProperty,
      newValue: event.newValue,
      oldValue: event.oldValue,
      data: event.data,
      from: event.from?.connectionId,
      exception: event.origin && `${event.name}: ${event.message}`,
    });
  }
}

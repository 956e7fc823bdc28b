/**
 * Short vowels into one stream and out of another, by the clock of one AudioContext: how long sound takes
 * from participant to participant of one page.
 */

const QUIET_S = 0.3;
const LISTENER = `
registerProcessor("listener", class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.loud = -1;
  }
  process([[samples]]) {
    if (samples) {
      const at = samples.findIndex((sample) => Math.abs(sample) > 0.09);
      if (at >= 0) {
        const now = currentTime + at / sampleRate;
        if (now - this.loud > ${QUIET_S}) {
          this.port.postMessage(now);
        }
        this.loud = now;
      }
    }
    return true;
  }
});`;

export class Marks {
  constructor(context) {
    this.context = context;
    this.gate = new GainNode(context, { gain: 0 });
    this.destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    const oscillator = new OscillatorNode(context, { type: "sawtooth", frequency: 180 });
    oscillator.connect(this.gate).connect(this.destination);
    oscillator.start();
    this.track = this.destination.stream.getAudioTracks()[0];
  }

  /** Say some vowels; the milliseconds until each came out of a stream, those that did not left out. */
  async delays(stream, count, everyS) {
    const address = URL.createObjectURL(new Blob([LISTENER], { type: "text/javascript" }));
    await this.context.audioWorklet.addModule(address);
    URL.revokeObjectURL(address);
    const source = new MediaStreamAudioSourceNode(this.context, { mediaStream: stream });
    const listener = new AudioWorkletNode(this.context, "listener", { numberOfOutputs: 0 });
    const heard = [];
    listener.port.onmessage = ({ data }) => heard.push(data);
    source.connect(listener);
    const begin = this.context.currentTime + 0.5;
    const said = Array.from({ length: count }, (_, place) => begin + place * everyS);
    for (const at of said) {
      this.gate.gain.setValueAtTime(0.3, at);
      this.gate.gain.setValueAtTime(0, at + 0.08);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000 * (0.5 + (count + 1) * everyS)));
    source.disconnect();
    return said
      .map((at) => heard.find((each) => each >= at && each < at + everyS))
      .flatMap((each, place) => (each === undefined ? [] : [1000 * (each - said[place])]));
  }
}

/**
 * A camera and a microphone made of arithmetic: a canvas with the frame code, and a WebAudio tone.
 */
import { NUMBER_LIMIT, drawFrameCode } from "./frame_code.js";

/** Numbers whose moment of drawing is remembered. */
const KEPT_MOMENTS = 1000;

/** A moving picture that says whose it is; `track` is its video track. */
export class CanvasCamera {
  constructor({ sourceId, width, height, frameRate }) {
    this.canvas = document.createElement("canvas");
    this.canvas.width = width;
    this.canvas.height = height;
    this.sourceId = sourceId;
    this.number = 0;
    this.drawn = {};
    this.context = this.canvas.getContext("2d", { alpha: false });
    document.getElementById("own").append(this.canvas);
    this.draw();
    this.track = this.canvas.captureStream(frameRate).getVideoTracks()[0];
    this.timer = setInterval(() => this.draw(), 1000 / frameRate);
  }

  draw() {
    const { canvas, context, number } = this;
    context.fillStyle = `hsl(${(this.sourceId * 222.5) % 360} 40% 38%)`;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const radius = canvas.height / 8;
    const middle = canvas.width / 2 + (canvas.width / 2 - radius) * Math.sin(number / 20);
    context.fillStyle = "#eec";
    context.beginPath();
    context.arc(middle, canvas.height * 0.6, radius, 0, 2 * Math.PI);
    context.fill();
    drawFrameCode(context, canvas.width, canvas.height, this.sourceId, number);
    this.drawn[number] = performance.timeOrigin + performance.now();
    delete this.drawn[number - KEPT_MOMENTS];
    this.number = (number + 1) % NUMBER_LIMIT;
  }

  stop() {
    clearInterval(this.timer);
    this.track.stop();
    this.canvas.remove();
  }
}

/** A sine of one frequency; `rms` relative to full scale. `track` is its audio track. */
export class ToneMicrophone {
  constructor(context, { frequency, rms }) {
    this.oscillator = new OscillatorNode(context, { frequency });
    const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    this.oscillator.connect(new GainNode(context, { gain: rms * Math.SQRT2 })).connect(destination);
    this.oscillator.start();
    this.track = destination.stream.getAudioTracks()[0];
  }

  stop() {
    this.oscillator.stop();
    this.track.stop();
  }
}

/** Listens to one received stream. */
export class Ear {
  constructor(context, stream) {
    this.analyser = new AnalyserNode(context, { fftSize: 16384 });
    this.source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    this.source.connect(this.analyser);
    this.sampleRate = context.sampleRate;
  }

  /** Root mean square of one frequency in the last third of a second, 1.0 being full scale. */
  energyAt(frequency) {
    const samples = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(samples);
    let real = 0;
    let imaginary = 0;
    let weights = 0;
    samples.forEach((sample, index) => {
      const weight = 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / (samples.length - 1));
      const phase = (2 * Math.PI * frequency * index) / this.sampleRate;
      real += weight * sample * Math.cos(phase);
      imaginary += weight * sample * Math.sin(phase);
      weights += weight;
    });
    return (Math.hypot(real, imaginary) * Math.SQRT2) / weights;
  }

  stop() {
    this.source.disconnect();
  }
}

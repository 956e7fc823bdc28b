/**
 * The page of the campaign: one `Participant` of openvidu-browser, and a `Watcher` beside it.
 */
import { Participant } from "../../official_clients/page/participant.js";
import { CanvasCamera, ToneMicrophone } from "../../official_clients/page/sources.js";

import { Watcher } from "./watcher.js";

class CampaignParticipant extends Participant {
  /** Publish as `Participant` does, but every picture that is drawn: a capture rate beside the rate of
   * drawing would skip some. */
  async publish(picture, tone) {
    this.camera = new CanvasCamera(picture);
    this.camera.track.stop();
    this.camera.track = this.camera.canvas.captureStream().getVideoTracks()[0];
    this.microphone = new ToneMicrophone(this.audio, tone);
    return this.publishSources({ videoSource: this.camera.track, audioSource: this.microphone.track });
  }
}

window.participant = new CampaignParticipant();
window.watcher = new Watcher(window.participant);

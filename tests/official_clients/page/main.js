/**
 * The page under test: one `Participant` of openvidu-browser, driven from outside as `participant`.
 */
import { Participant } from "./participant.js";

window.participant = new Participant();

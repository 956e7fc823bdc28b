/**
 * The frame code of `desktop/devices/frame_code.py`, drawn and read with a 2D canvas.
 *
 * Two rows of 30 black and white cells at the top of the picture: a guard, 28 bits, a guard. The 56
 * bits are a source id (16), a frame number (24) and the CRC-16/CCITT of both. Written anew from that
 * layout, so that the two programs check each other.
 */

const COLUMNS = 32;
const ROWS = 24;
const BAND_ROWS = 3;
const BITS_PER_ROW = 28;
const GUARDS = [[true, false], [false, true]];
const LEAST_CONTRAST = 60;
const DOUBT = 0.2;
const SAMPLES = [0.3, 0.43, 0.57, 0.7];

export const NUMBER_LIMIT = 1 << 24;

/** CRC-16/CCITT (polynomial 0x1021, start 0xFFFF) of some bytes. */
function checksum(bytes) {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
    }
  }
  return crc;
}

function cells(sourceId, number) {
  const data = [sourceId >> 8, sourceId & 255, number >> 16, (number >> 8) & 255, number & 255];
  const crc = checksum(data);
  const bits = [...data, crc >> 8, crc & 255].flatMap((byte) =>
    [7, 6, 5, 4, 3, 2, 1, 0].map((place) => ((byte >> place) & 1) === 1),
  );
  return [0, 1].map((row) => [
    GUARDS[row][0],
    ...bits.slice(row * BITS_PER_ROW, (row + 1) * BITS_PER_ROW),
    GUARDS[row][1],
  ]);
}

/** Paint a code over the top of the picture in `context`. */
export function drawFrameCode(context, width, height, sourceId, number) {
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, Math.round((BAND_ROWS * height) / ROWS));
  context.fillStyle = "#000";
  cells(sourceId, number).forEach((row, index) => {
    const top = Math.round(((index + 0.5) * height) / ROWS);
    const bottom = Math.round(((index + 1.5) * height) / ROWS);
    row.forEach((isWhite, column) => {
      const left = Math.round(((column + 1) * width) / COLUMNS);
      const right = Math.round(((column + 2) * width) / COLUMNS);
      if (!isWhite) {
        context.fillRect(left, top, right - left, bottom - top);
      }
    });
  });
}

/** The code in an `ImageData`, `{sourceId, number}`, or null when it carries none that is certain. */
export function readFrameCode({ data, width, height }) {
  const brightness = (column, row) => {
    let sum = 0;
    for (const down of SAMPLES) {
      for (const across of SAMPLES) {
        const x = Math.floor(((column + across) * width) / COLUMNS);
        const y = Math.floor(((row + down) * height) / ROWS);
        const at = 4 * (y * width + x);
        sum += 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
      }
    }
    return sum / SAMPLES.length ** 2;
  };
  const levels = [0.5, 1.5].map((row) =>
    Array.from({ length: BITS_PER_ROW + 2 }, (_, column) => brightness(column + 1, row)),
  );
  const last = BITS_PER_ROW + 1;
  const dark = Math.max(levels[1][0], levels[0][last]);
  const light = Math.min(levels[0][0], levels[1][last]);
  const contrast = light - dark;
  const distances = levels.flatMap((row) => row.slice(1, last).map((level) => level - (light + dark) / 2));
  if (contrast < LEAST_CONTRAST || distances.some((far) => Math.abs(far) < DOUBT * contrast)) {
    return null;
  }
  const bytes = Array.from({ length: 7 }, (_, index) =>
    distances.slice(8 * index, 8 * index + 8).reduce((byte, far) => 2 * byte + (far > 0 ? 1 : 0), 0),
  );
  if (checksum(bytes) !== 0) {
    return null; // a CRC over data and its own checksum is 0
  }
  return {
    sourceId: (bytes[0] << 8) | bytes[1],
    number: (bytes[2] << 16) | (bytes[3] << 8) | bytes[4],
  };
}

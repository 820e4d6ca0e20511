/** Newline-delimited frames: cuts a byte stream into lines, with a limit, without copying what is already whole. */

/** The host sends whole graphs and journals; more than this is an error of the host and ends the channel. */
export const MAX_FRAME_IN = 64 * 1024 * 1024;
/** What this side may send in one frame. */
export const MAX_FRAME_OUT = 16 * 1024 * 1024;

export class FrameTooLarge extends Error {}

/** Gives `push`, which takes chunks as they come and hands each complete line to `onFrame`. */
export const frameReader = (onFrame: (frame: string) => void, limit = MAX_FRAME_IN) => {
  let parts: Buffer[] = [];
  let held = 0;
  const take = (piece: Buffer): string => {
    const line = parts.length === 0 ? piece : Buffer.concat([...parts, piece]);
    parts = [];
    held = 0;
    return line.toString("utf8");
  };
  return (chunk: Buffer): void => {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      if (held + at - from > limit) throw new FrameTooLarge(`a frame is longer than ${limit} bytes`);
      const frame = take(chunk.subarray(from, at));
      from = at + 1;
      if (frame.trim() !== "") onFrame(frame);
    }
    if (from < chunk.length) {
      const rest = chunk.subarray(from);
      held += rest.length;
      if (held > limit) throw new FrameTooLarge(`a frame is longer than ${limit} bytes`);
      parts.push(rest);
    }
  };
};

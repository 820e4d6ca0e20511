/** The engine's ports in this process: Node's clock, randomness and files, and the host for everything that must be kept. */
import { createHash, randomUUID } from "node:crypto";
import { type Clock, type FilePort, type Host, StepFailure } from "@axion/engine";
import type { Peer } from "./peer.ts";

export const clock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  timer: (ms, wake) => {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  },
  pause: () => new Promise((resolve) => { setImmediate(resolve); }),
};

/** What one run may use. `runId` is plain by its pattern and stands in JSON as it is. */
export const worldOf = (runId: string, peer: Peer, files: FilePort): Host => {
  const put = new Set<string>();
  return {
    clock,
    files,
    random: Math.random,
    newId: randomUUID,
    journal: {
      append: async (events) => { await peer.ask("journal_append", `{"runId":"${runId}","events":[${events}]}`); },
    },
    blobs: {
      put: async (json) => {
        const hash = createHash("sha256").update(json).digest("hex");
        if (put.has(hash)) return hash;
        try {
          await peer.ask("blob_put", `{"runId":"${runId}","hash":"${hash}","json":${JSON.stringify(json)}}`);
        } catch (thrown) {
          throw new StepFailure("value_not_kept", `A value of ${json.length} characters could not be kept: ${thrown instanceof Error ? thrown.message : String(thrown)}.`);
        }
        put.add(hash);
        return hash;
      },
    },
  };
};

/**
 * The one way out: the channel to the host, named by the environment. `fd:3` is a connected socket that was inherited (the
 * jail can open none), `unix:PATH` a socket in a mounted folder (engine container), `stdio` the attached streams.
 */
import net from "node:net";
import type { Readable, Writable } from "node:stream";

export interface Channel {
  readonly input: Readable;
  readonly output: Writable;
}

/** Opens the channel that `name` describes; rejects if it is not one of the three or cannot be had. */
export const openChannel = (name: string | undefined): Promise<Channel> => {
  const [kind, rest] = split(name ?? "");
  switch (kind) {
    case "fd": {
      const socket = new net.Socket({ fd: Number(rest), readable: true, writable: true });
      return Promise.resolve({ input: socket, output: socket });
    }
    case "unix":
      return new Promise((resolve, reject) => {
        const socket = net.connect({ path: rest });
        socket.once("error", reject);
        socket.once("connect", () => {
          socket.off("error", reject);
          resolve({ input: socket, output: socket });
        });
      });
    case "stdio":
      return Promise.resolve({ input: process.stdin, output: process.stdout });
    default:
      return Promise.reject(new Error(`AXION_CHANNEL "${name ?? ""}" is not fd:N, unix:PATH or stdio`));
  }
};

const split = (name: string): readonly [string, string] => {
  const colon = name.indexOf(":");
  return colon < 0 ? [name, ""] : [name.slice(0, colon), name.slice(colon + 1)];
};

/**
 * One way out: only `crates/egress` opens connections to a network or asks for addresses. Elsewhere in the Rust half neither sockets of the
 * standard library and tokio nor a client's library may be used; libraries are also kept out by `OWNED_CRATES`. Listening on loopback, the
 * control socket and the engine's own socket are other things and stay free.
 */
import { type Finding, type Rule, isTest } from "./tree.ts";

const WAYS: ReadonlyArray<{ readonly pattern: RegExp; readonly what: string }> = [
  { pattern: /\b(TcpStream|TcpSocket|UdpSocket)\b/, what: "a network socket" },
  { pattern: /\b(lookup_host|ToSocketAddrs|to_socket_addrs)\b/, what: "a question for an address" },
  { pattern: /\b(reqwest|ureq|isahc|attohttpc|minreq)::|\bhyper(_util)?::client\b/, what: "an HTTP client" },
  { pattern: /\bCommand::new\(\s*"(curl|wget|nc|ssh)"/, what: "a program that opens one" },
];
const test = (path: string): boolean => isTest(path) || /(^|\/)tests?\.rs$/.test(path);

export const outward: Rule = {
  name: "one way out",
  run: (tree) => {
    const found: Finding[] = [];
    for (const [path, text] of tree) {
      if (!path.endsWith(".rs") || path.startsWith("crates/egress/") || test(path)) continue;
      for (const [index, line] of text.split("\n").entries()) {
        if (/^\s*\/\//.test(line)) continue;
        const way = WAYS.find(({ pattern }) => pattern.test(line));
        if (way !== undefined) found.push({ path, message: `line ${index + 1} uses ${way.what}; what leaves this machine goes through crates/egress` });
      }
    }
    return found;
  },
};

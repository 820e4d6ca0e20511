/**
 * The rooms of the repository and which way their imports may point: data for the rule in `arrows.ts`. Arrows point inward only. A room that is not
 * listed is an error, so a new one must say here what it may know.
 */

export interface Room {
  /** Folder, from the root. */
  readonly path: string;
  /** Our own packages that it may import, as written in the import; `X/*` allows each of its entries. */
  readonly ours: ReadonlyArray<string>;
  /** May use Node's own modules. */
  readonly node: boolean;
  /** May use React. */
  readonly react: boolean;
}

const room = (path: string, ours: ReadonlyArray<string>, powers: { readonly node?: boolean; readonly react?: boolean } = {}): Room => ({
  path, ours, node: powers.node ?? false, react: powers.react ?? false,
});

export const ROOMS: ReadonlyArray<Room> = [
  room("protocol/source", []),
  room("packages/engine", ["@axion/protocol"]),
  room("packages/agent", ["@axion/engine", "@axion/protocol"]),
  // The agent's port to a model is a file of its own: a client of a provider knows nothing else of the agent.
  room("packages/models", ["@axion/agent/model", "@axion/protocol"]),
  room("packages/client", ["@axion/protocol"]),
  room("packages/ui", [], { react: true }),
  room("packages/canvas", ["@axion/ui", "@axion/ui/*", "@axion/engine", "@axion/engine/*", "@axion/protocol"], { react: true }),
  room("packages/workbench", [
    "@axion/canvas", "@axion/canvas/*", "@axion/ui", "@axion/ui/*", "@axion/client", "@axion/engine", "@axion/engine/*", "@axion/protocol",
  ], { react: true }),
  room("packages/testkit", ["@axion/client", "@axion/client/*", "@axion/engine", "@axion/protocol"], { node: true }),
  room("services/runner", ["@axion/engine", "@axion/engine/*", "@axion/agent", "@axion/agent/*", "@axion/models", "@axion/models/*", "@axion/protocol"], { node: true }),
  room("apps/web", ["@axion/workbench", "@axion/workbench/*", "@axion/client", "@axion/client/web", "@axion/ui", "@axion/ui/*"], { react: true }),
  room("apps/desktop", ["@axion/workbench", "@axion/workbench/*", "@axion/client", "@axion/client/tauri", "@axion/ui", "@axion/ui/*"], { react: true }),
  room("e2e", ["@axion/protocol", "@axion/client", "@axion/client/*"], { node: true }),
  room("tools", ["@axion/protocol", "@axion/models"], { node: true }),
  room("examples", [], { node: true }),
  room("bench", ["@axion/protocol", "@axion/client", "@axion/engine", "@axion/engine/*", "@axion/e2e/*"], { node: true }),
];

/** Libraries with one owner: nobody else may import them, so leaving them stays cheap. */
export const OWNED: ReadonlyArray<{ readonly library: RegExp; readonly owners: ReadonlyArray<string> }> = [
  { library: /^@tauri-apps\/(?!cli$)/, owners: ["packages/client/src/tauri/"] },
  { library: /^@xyflow\//, owners: ["packages/canvas/"] },
  { library: /^@base-ui\//, owners: ["packages/ui/"] },
  { library: /^lucide-react$/, owners: ["packages/ui/"] },
  { library: /^zustand$/, owners: ["packages/client/", "packages/workbench/"] },
  { library: /^papaparse$/, owners: ["packages/engine/"] },
  { library: /^@cfworker\//, owners: ["packages/engine/"] },
  { library: /^playwright-core$/, owners: ["e2e/", "bench/", "packages/ui/gallery/", "packages/canvas/gallery/"] },
  { library: /^effect$/, owners: ["protocol/source/", "packages/engine/", "packages/client/", "tools/protocol/"] },
];

/** Rust rooms: which of our crates each may depend on, and which libraries have one owner. */
export const CRATES: ReadonlyArray<{ readonly path: string; readonly ours: ReadonlyArray<string> }> = [
  { path: "protocol/rust", ours: [] },
  { path: "crates/store", ours: ["axion-protocol"] },
  { path: "crates/runner-host", ours: ["axion-protocol"] },
  { path: "crates/egress", ours: ["axion-protocol"] },
  { path: "crates/core", ours: ["axion-protocol", "axion-store", "axion-runner-host", "axion-egress"] },
  { path: "apps/cli", ours: ["axion-protocol", "axion-core"] },
  { path: "apps/desktop/src-tauri", ours: ["axion-protocol", "axion-core"] },
  { path: "bench/bare", ours: [] },
];

export const OWNED_CRATES: ReadonlyArray<{ readonly library: RegExp; readonly owners: ReadonlyArray<string> }> = [
  { library: /^(tauri|tauri-build|tauri-plugin-.*|wry|tao)$/, owners: ["apps/desktop/src-tauri", "bench/bare"] },
  { library: /^(rusqlite|libsqlite3-sys|sqlx)$/, owners: ["crates/store"] },
  { library: /^(bollard|landlock|seccompiler)$/, owners: ["crates/runner-host"] },
  { library: /^(tokio-tungstenite|clap|rustyline|rpassword)$/, owners: ["apps/cli"] },
  // Core serves only the webhook, which both shells have.
  { library: /^axum$/, owners: ["apps/cli", "crates/core"] },
  { library: /^(hyper|hyper-util|http-body-util|reqwest|ureq|isahc|curl|native-tls|rustls|tokio-rustls|tokio-native-tls|webpki-roots|rustls-native-certs|hickory-resolver)$/, owners: ["crates/egress"] },
];
/** Libraries that a pure crate must not know. */
export const FORBIDDEN_CRATES: ReadonlyArray<{ readonly path: string; readonly library: RegExp }> = [
  { path: "protocol/rust", library: /^(tokio.*|futures.*|tracing.*)$/ },
  { path: "crates/store", library: /^(tokio.*|futures.*)$/ },
];

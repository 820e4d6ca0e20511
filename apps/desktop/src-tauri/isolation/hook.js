// The isolation hook: every message of the page passes here before it is encrypted for Core. It admits a command of the generated table whose
// parameters have the declared size and shape, and seals it (see src/seal.rs). A plain script without dependencies: the frame loads no modules.
// To refuse, the message is renamed to a command that nobody may call, so that the caller gets an error instead of waiting for ever.
"use strict";
(function () {
  const table = globalThis.AXION_TABLE;
  const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
  const frame = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  let count = 0;

  // What Tauri's own API sends, besides the protocol's commands. The permissions of the window's capability are the boundary; this is the filter.
  const pluginCommands = new Set([
    "plugin:event|listen", "plugin:event|unlisten", "plugin:__TAURI_CHANNEL__|fetch",
    "plugin:window|show", "plugin:window|minimize", "plugin:window|toggle_maximize", "plugin:window|is_maximized",
    "plugin:window|close", "plugin:window|start_dragging", "plugin:window|set_title",
  ]);

  const patterns = new Map();
  const pattern = (source) => {
    if (!patterns.has(source)) patterns.set(source, new RegExp(source, "u"));
    return patterns.get(source);
  };

  // Follows shapes, not data: shapes nest a few levels deep, so this cannot overflow; `json` is bounded by the size of the whole message.
  const fits = (shape, value) => {
    switch (shape[0]) {
      case "text": return typeof value === "string" && value.length <= shape[1];
      case "pattern": return typeof value === "string" && pattern(shape[1]).test(value);
      case "words": return shape[1].includes(value);
      case "literal": return value === shape[1];
      case "integer": return Number.isSafeInteger(value) && value >= shape[1] && value <= shape[2];
      case "number": return Number.isFinite(value) && (shape[1] === undefined || value >= shape[1]);
      case "boolean": return typeof value === "boolean";
      case "json": return value !== undefined;
      case "nullable": return value === null || fits(shape[1], value);
      case "array": return Array.isArray(value) && value.every((item) => fits(shape[1], item));
      case "record": return isObject(value) && Object.keys(value).every((key) => fits(shape[1], value[key]));
      case "ref": return fits(table.shapes[shape[1]], value);
      case "union": return isObject(value) && typeof value.type === "string" && has(shape[1], value.type) && fits(["ref", shape[1][value.type]], value);
      case "struct": return isObject(value) && Object.keys(shape[1]).every((declared) => {
        const optional = declared.endsWith("?");
        const key = optional ? declared.slice(0, -1) : declared;
        return has(value, key) ? fits(shape[1][declared], value[key]) : optional;
      });
      default: return false;
    }
  };
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

  const admits = (command, payload) => {
    if (!has(table.commands, command) || !isObject(payload) || has(payload, "$seal")) return false;
    const [maxBytes, shape] = table.commands[command];
    const text = JSON.stringify(payload);
    // A UTF-16 unit is at most 3 bytes of UTF-8: most messages need no second look.
    if (text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes) return false;
    return fits(["ref", shape], payload);
  };

  const refused = (message) => ({ cmd: "refused_by_isolation", callback: message.callback, error: message.error, options: message.options, payload: {} });

  const hook = (message) => {
    try {
      if (typeof message.cmd !== "string") return refused(message);
      if (pluginCommands.has(message.cmd)) return message;
      const payload = message.payload ?? {};
      if (!admits(message.cmd, payload)) return refused(message);
      count += 1;
      return { ...message, payload: { ...payload, $seal: { frame, cmd: message.cmd, n: count } } };
    } catch {
      return refused(message);
    }
  };
  window.__TAURI_ISOLATION_HOOK__ = hook;
})();

/**
 * Writes the trait that Core implements, one method per command, and the dispatch that every transport shares. A command without
 * a body does not compile; a parameter text over its bound is refused before it is parsed.
 */
import type { Model, Result } from "./model.ts";

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, "_");

const rustResult = ({ kind, name }: Result): string => (kind === "nothing" ? "()" : kind === "list" ? `Vec<${name}>` : `${name}`);

export const rustCommands = ({ commands }: Model): string => {
  const methods = commands.map(({ name, params, result, changes }) =>
    `    /// \`${name}\`: ${changes ? "changes state" : "only reads"}.\n    async fn ${name}(&self, caller: &Caller, params: ${params}) -> Result<${rustResult(result)}, ErrorInfo>;\n`).join("");
  const rows = commands.map(({ name, changes, maxBytes }) => `    CommandFacts { name: "${name}", changes: ${changes}, max_bytes: ${grouped(maxBytes)} },\n`).join("");
  const arms = commands.map(({ name }) => `        "${name}" => dispatch::encode(&commands.${name}(caller, dispatch::decode("${name}", params)?).await?),\n`).join("");
  const names = commands.map(({ name }) => `    "${name}",\n`).join("");
  return `use crate::dispatch::{self, Caller, CommandFacts};

/// Every command of Core. A transport calls [\`dispatch\`]; the bodies know no transport.
#[async_trait::async_trait]
pub trait Commands: Send + Sync {
${methods}}

/// Names of all commands, in the order of the protocol.
pub const COMMAND_NAMES: &[&str] = &[
${names}];

/// What a transport must know of each command, in the order of [\`COMMAND_NAMES\`].
pub const COMMANDS: &[CommandFacts] = &[
${rows}];

/// Runs a command by name. \`params\` is the JSON text of its parameters; the answer is the JSON text of its result.
///
/// # Errors
/// \`unknown_command\`, \`too_large\` and \`invalid_params\` from here; everything else from the command itself.
pub async fn dispatch<C: Commands + ?Sized>(commands: &C, caller: &Caller, name: &str, params: &str) -> Result<String, ErrorInfo> {
    dispatch::admit(COMMANDS, name, params)?;
    match name {
${arms}        _ => Err(dispatch::unknown(name)),
    }
}
`;
};

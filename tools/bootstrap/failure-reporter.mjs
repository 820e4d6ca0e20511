/**
 * A reporter for Node's test runner, beside the readable one: one JSON line for each thing that failed, { name, message, notes }. Notes are what the
 * journey itself said after the failure (a picture, the page's console). Suites that failed only because of their tests are not listed again.
 */
const listed = (data) => data.details?.error?.failureType !== "subtestsFailed" && data.details?.error?.failureType !== "cancelledByParent";

/** Test events of one file come in order: a note belongs to the last failure of its file. */
export default async function* report(events) {
  const path = [];
  let failed;
  const line = () => (failed === undefined ? "" : `${JSON.stringify(failed)}\n`);
  for await (const { type, data } of events) {
    if (type === "test:start") path.length = data.nesting;
    if (type === "test:start") path[data.nesting] = data.name;
    if (type === "test:diagnostic" && failed !== undefined && data.file === failed.file) failed.notes.push(data.message);
    if (type !== "test:fail" && type !== "test:pass") continue;
    if (type === "test:pass" || !listed(data)) continue;
    yield line();
    const error = data.details.error.cause ?? data.details.error;
    failed = { file: data.file, name: [...path.slice(0, data.nesting), data.name].join(" › "), message: typeof error === "string" ? error : (error.stack ?? error.message ?? String(error)), notes: [] };
  }
  yield line();
}

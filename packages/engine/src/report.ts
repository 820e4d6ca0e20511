/**
 * A value as a page that stands alone: one HTML text with its styles inside, readable in light and dark, and on paper.
 * It holds no script and asks for nothing from outside; every value is escaped.
 */
import { toText } from "./expression/operators.ts";
import { escapeHtml } from "./expression/template.ts";
import { type Json, type JsonRecord, isList, isRecord } from "./json.ts";
import { columnsOf } from "./table.ts";

export interface Report {
  readonly title: string;
  readonly intro: string;
  readonly sections: readonly { readonly title: string; readonly value: Json }[];
}

const MAX_ROWS = 5_000;
const style = `:root{color-scheme:light dark;--ink:#1a1e24;--soft:#60666e;--line:#e1e3e5;--page:#fcfcfd;--head:#f1f3f5}
@media (prefers-color-scheme:dark){:root{--ink:#e9ebee;--soft:#90949a;--line:#2f3236;--page:#141618;--head:#1b1e21}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:14px/1.5 Inter,"Segoe UI",system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}h1{font-size:1.6rem;line-height:1.25;letter-spacing:-.015em;margin:0 0 .75rem}
h2{font-size:1rem;margin:2.25rem 0 .6rem;display:flex;gap:.5rem;align-items:baseline}h2 small{font-weight:400;color:var(--soft)}
p{margin:0 0 .75rem;max-width:44rem;color:var(--soft)}table{width:100%;border-collapse:collapse;font-size:13px}
th,td{padding:.42rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{background:var(--head);font-weight:600;white-space:nowrap}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.s{white-space:nowrap}tbody tr:last-child td{border-bottom:2px solid var(--line)}code{font:12px/1.4 "JetBrains Mono",ui-monospace,monospace;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.5rem;margin:0}dt{color:var(--soft)}dd{margin:0;font-variant-numeric:tabular-nums}
.none{color:var(--soft)}@media print{main{padding:0;max-width:none}}`;

const cell = (value: Json | undefined): string => {
  if (value === undefined || value === null) return "";
  if (typeof value === "object") return `<code>${escapeHtml(JSON.stringify(value))}</code>`;
  return escapeHtml(toText(value));
};

/** Grouped by narrow spaces from five digits on, in no language's own way. */
const grouped = (value: number, places: number): string => {
  const [whole = "", part] = value.toFixed(places).split(".");
  const spaced = whole.replace("-", "").length < 5 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return part === undefined ? spaced : `${spaced}.${part}`;
};
const isShort = (rows: readonly JsonRecord[], column: string) => rows.every((row) => { const value = row[column] ?? null; return (typeof value !== "object" || value === null) && toText(value).length <= 32; });

const decimals = (rows: readonly JsonRecord[], column: string) => {
  // A column of numbers shows as many decimals throughout as its longest needs, so that the points stand under each other.
  let places = 0;
  let numbers = 0;
  for (const row of rows) {
    const value = row[column];
    if (value === undefined || value === null) continue;
    if (typeof value !== "number") return undefined;
    numbers++;
    places = Math.max(places, Math.min(6, (toText(value).split(".")[1] ?? "").length));
  }
  return numbers === 0 ? undefined : places;
};

const table = (all: readonly JsonRecord[]): string => {
  const rows = all.slice(0, MAX_ROWS);
  const columns = columnsOf(rows);
  const places = columns.map((column) => decimals(rows, column));
  const short = columns.map((column) => isShort(rows, column));
  const head = columns.map((column, index) => `<th scope="col"${places[index] === undefined ? "" : " class=\"n\""}>${escapeHtml(column)}</th>`).join("");
  const body = rows.map((row) => {
    const cells = columns.map((column, index) => {
      const value = row[column];
      return places[index] === undefined ? `<td${short[index] === true ? " class=\"s\"" : ""}>${cell(value)}</td>`
        : `<td class="n">${typeof value === "number" ? grouped(value, places[index] === 1 ? 2 : places[index]) : ""}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  const rest = all.length > rows.length ? `\n<p>${all.length - rows.length} more rows are not shown.</p>` : "";
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody>\n</table>${rest}`;
};

const part = (value: Json): string => {
  if (isList(value)) {
    if (value.length === 0) return "<p class=\"none\">None.</p>";
    return table(value.every(isRecord) ? (value as readonly JsonRecord[]) : value.map((item): JsonRecord => ({ value: item })));
  }
  if (isRecord(value)) return `<dl>${Object.entries(value).map(([key, each]) => `<dt>${escapeHtml(key)}</dt><dd>${cell(each)}</dd>`).join("")}</dl>`;
  return `<p>${cell(value)}</p>`;
};

export const htmlReport = (report: Report): string => {
  const intro = report.intro.split(/\n\s*\n/).map((text) => text.trim()).filter((text) => text !== "").map((text) => `<p>${escapeHtml(text)}</p>\n`).join("");
  const sections = report.sections.map(({ title, value }) => {
    const size = isList(value) ? ` <small>${value.length}</small>` : "";
    return `<section>\n${title === "" ? "" : `<h2>${escapeHtml(title)}${size}</h2>\n`}${part(value)}\n</section>\n`;
  }).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(report.title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(report.title)}</h1>
${intro}${sections}</main>
</body>
</html>
`;
};

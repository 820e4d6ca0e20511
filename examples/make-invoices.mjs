/**
 * Makes the files of `examples/invoices/`: invoices of invented suppliers as JSON, CSV and text, some of them broken on purpose.
 * Always the same files: the only randomness is a small generator with a fixed seed. Run it after changing it:
 * `node examples/make-invoices.mjs`
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = join(dirname(fileURLToPath(import.meta.url)), "invoices");
const suppliers = ["Baltic Freight", "Nordlys Paper", "Kestrel Tools", "Alder & Finch", "Meridian Power", "Ostrava Glass", "Quay Coffee"];
const goods = [
  ["Pallet, EUR size", 14.5], ["Freight, per 100 km", 82.4], ["Copy paper, box", 21.9], ["Envelopes C5, 500", 18.25], ["Cordless drill", 149], ["Drill bits, set", 32.8],
  ["Shelf, steel", 96.1], ["Desk, oak", 412], ["Power, MWh", 118.75], ["Meter reading", 9.5], ["Window pane", 67.3], ["Mirror, cut to size", 54.95], ["Coffee beans, kg", 16.4],
];

// Mulberry32: small, and the same on each machine.
let state = 20_261_121;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
};
const below = (most) => Math.floor(random() * most);
const cents = (value) => Math.round(value * 100) / 100;
const two = (value) => String(value).padStart(2, "0");

const invoice = (index) => {
  const lines = Array.from({ length: 1 + below(4) }, () => {
    const [item, price] = goods[below(goods.length)];
    return { item, quantity: 1 + below(index % 9 === 0 ? 40 : 8), price };
  });
  return {
    number: `INV-2026-${String(1001 + index)}`,
    supplier: suppliers[below(suppliers.length)],
    date: `2026-${two(9 + below(3))}-${two(1 + below(28))}`,
    total: cents(lines.reduce((sum, line) => sum + line.quantity * line.price, 0)),
    lines,
  };
};

const asJson = (one) => `${JSON.stringify({ number: one.number, supplier: one.supplier, date: one.date, total: one.total, lines: one.lines }, null, 2)}\n`;
const quoted = (text) => /[",]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text;
const asCsv = (one) => `number,supplier,date,item,quantity,price\n${one.lines.map((line) => [one.number, quoted(one.supplier), one.date, quoted(line.item), line.quantity, line.price].join(",")).join("\n")}\n`;
const asText = (one) => `Invoice: ${one.number}\nSupplier: ${one.supplier}\nDate: ${one.date}\n\n${one.lines.map((line) => `  ${line.quantity} x ${line.item} at ${line.price}`).join("\n")}\n\nTotal: ${one.total.toFixed(2)}\n`;

const formats = [["json", asJson], ["csv", asCsv], ["txt", asText]];
/** What is done to a file to break it, by the place of the invoice. */
const broken = new Map([
  [4, (one) => ["json", asJson(one).slice(0, 90)]],
  [9, (one) => ["json", asJson({ ...one, total: undefined })]],
  [15, (one) => ["csv", asCsv(one).replace(/,(\d+),([\d.]+)\n$/, ",two,$2\n")]],
  [21, (one) => ["txt", asText(one).replace(/Total: .*\n/, "")]],
  [26, (one) => ["json", asJson({ ...one, total: cents(one.total + 100) })]],
  [32, (one) => ["csv", asCsv(one).replace(one.date, `"${one.date}`)]],
  [37, (one) => ["json", asJson({ ...one, date: "31.11.2026" })]],
  [43, (one) => ["txt", asText({ ...one, supplier: "" })]],
  [48, () => ["csv", "number,supplier,date,item,quantity,price\n"]],
  [53, (one) => ["json", asJson({ ...one, number: "2026/1054" })]],
  [58, () => ["txt", Buffer.from([0x49, 0x6e, 0x76, 0xff, 0xfe, 0x00, 0xd8, 0x0a])]],
]);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (let index = 0; index < 60; index++) {
  const one = invoice(index);
  const [plainKind, write] = formats[index % 7 < 3 ? 0 : index % 7 < 5 ? 1 : 2];
  const [kind, content] = broken.get(index)?.(one) ?? [plainKind, write(one)];
  writeFileSync(join(folder, `${String(1001 + index)}-${one.supplier.toLowerCase().replace(/[^a-z]+/g, "-")}.${kind}`), content);
}
